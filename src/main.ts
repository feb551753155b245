import { runProgram } from './cli/program.ts';

/** Commands after which nothing is under way that somebody waits for: all that they print is written when they end. */
const ENDS_AT_ONCE = new Set(['spec', 'check', 'discover', 'read']);

const argv = process.argv.slice(2);

/** Settles when the command that the process was started with has ended. */
export const finished = runProgram(argv).then((exitCode) => {
  process.exitCode = exitCode;
  // V8 takes milliseconds to take its heap down piece by piece.
  if (ENDS_AT_ONCE.has(argv[0] ?? '')) process.exit();
});

export { runProgram };

import { runProgram } from './cli/program.ts';
import { StalledError, unlessStalled } from './protocol/stalled.ts';

/** Commands after which nothing is under way that somebody waits for: all that they print is written when they end. */
const ENDS_AT_ONCE = new Set(['spec', 'check', 'discover', 'read']);

const argv = process.argv.slice(2);

/** Tells of a command that never ended; gives its exit code. */
function tellOfStall(error: unknown): number {
  if (!(error instanceof StalledError)) throw error;
  process.stderr.write(`${error.message}\n`);
  return 1;
}

/** Settles when the command that the process was started with has ended. */
export const finished = unlessStalled('program', runProgram(argv))
  .catch(tellOfStall)
  .then((exitCode) => {
    process.exitCode = exitCode;
    // V8 takes milliseconds to take its heap down piece by piece.
    if (ENDS_AT_ONCE.has(argv[0] ?? '')) process.exit();
  });

export { runProgram };

import { runProgram } from './cli/program.ts';

/** Settles when the command that the process was started with has ended. */
export const finished = runProgram(process.argv.slice(2)).then((exitCode) => {
  process.exitCode = exitCode;
});

export { runProgram };

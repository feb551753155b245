import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

const WORK = process.env['CLIENTS_WORK'] ?? path.join(tmpdir(), 'clients-work');
/** The Python of the reference, in the environment that `setup cdk` of the real clients makes. */
const PYTHON = path.join(WORK, 'venv/cdk/bin/python');

/** Whether this machine has the reference. */
export const hasReference = existsSync(PYTHON);

/** One run of the reference; what it prints goes to a file. */
export interface ReferenceRun {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly stdout: string;
}

/** The reference, loaded once for many runs. */
export interface Reference {
  /** Gives the exit code. */
  run(run: ReferenceRun): Promise<number>;
  end(): void;
}

/** Loads the reference. */
export function startReference(): Reference {
  const child = spawn(PYTHON, [path.resolve(import.meta.dirname, 'reference.py')], { stdio: ['pipe', 'pipe', 'inherit'] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async run(run) {
      child.stdin.write(`${JSON.stringify(run)}\n`);
      const { done, value } = await answers.next();
      if (done) throw new Error('The reference ended.');
      return Number(value);
    },
    end: () => void child.stdin.end(),
  };
}

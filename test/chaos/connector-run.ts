import { spawn } from 'node:child_process';
import path from 'node:path';
import type { Kill } from './plan.ts';

/** The built connector. */
export const MAIN = path.resolve(import.meta.dirname, '../../dist/main.js');
/** Milliseconds after which a run counts as hanging. */
const PATIENCE = 120_000;

/** How a run ended and what it wrote. */
export interface Ended {
  readonly exit: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Whether it had to be ended since it did not end. */
  readonly isHanging: boolean;
  /** Whether the run was killed, or ran out of memory, before it ended by itself. */
  readonly isKilled: boolean;
}

/** A run under way. */
export interface Running {
  readonly ended: Promise<Ended>;
  /** Tells how many requests the API saw since the run began. */
  sawRequests(count: number): void;
}

/** Starts a connector, a file that Node runs, to be ended as the kill says. */
export function startConnector(main: string, args: readonly string[], kill: Kill | undefined): Running {
  const node = [...(kill?.by === 'little memory' ? [`--max-old-space-size=${kill.megabytes}`] : []), main, ...args];
  // A limit of 0 on the size of files stands in for a full disk: every write to a file fails, those to pipes do not.
  const [command, parameters]: [string, string[]] =
    kill?.by === 'full disk' ? ['/bin/sh', ['-c', 'ulimit -f 0; exec "$0" "$@"', process.execPath, ...node]] : [process.execPath, node];
  const child = spawn(command, parameters, { env: environment(), stdio: ['ignore', 'pipe', 'pipe'] });
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  let [lines, isOver, isKilled, isHanging] = [0, false, false, false];

  function end(): void {
    if (isKilled || isOver || kill === undefined) return;
    if (kill.by === 'closed stdout') child.stdout.destroy();
    else if (kill.by === 'SIGKILL' || kill.by === 'SIGTERM') child.kill(kill.by);
    else return;
    isKilled = true;
  }

  child.stdout.on('data', (chunk: Buffer) => {
    output.push(chunk);
    for (const byte of chunk) if (byte === 0x0a) lines += 1;
    if (kill?.after.lines !== undefined && lines >= kill.after.lines) end();
  });
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  const impatience = setTimeout(() => {
    isHanging = true;
    child.kill('SIGKILL');
  }, PATIENCE);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exit, signal) => {
      isOver = true;
      clearTimeout(impatience);
      const [stdout, stderr] = [output, errors].map((chunks) => Buffer.concat(chunks).toString('utf8')) as [string, string];
      const isOutOfMemory = kill?.by === 'little memory' && !isHanging && (signal !== null || (exit ?? 0) >= 128);
      resolve({ exit, signal, stdout, stderr, isHanging, isKilled: isKilled || isOutOfMemory });
    });
  });
  return {
    ended,
    sawRequests(count) {
      if (kill?.after.requests !== undefined && count >= kill.after.requests) end();
    },
  };
}

/** The environment of the tests without what would change how the connector behaves. */
function environment(): Record<string, string> {
  const isFree = ([name]: [string, string | undefined]): boolean =>
    !/proxy$|_CA_BUNDLE$|^SSL_CERT_FILE$|^NODE_OPTIONS$|^LOG_LEVEL$|^DEPLOYMENT_MODE$/i.test(name);
  return Object.fromEntries(Object.entries(process.env).filter(isFree)) as Record<string, string>;
}

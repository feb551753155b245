import { type ChildProcess, fork } from 'node:child_process';
import { REQUEST_MEMORY } from '../guard-ceilings.ts';
import { ANSWER_COMMAND, type ChildMessage, type Job, type JobAnswer } from './job.ts';

/** Why a job has no answer. */
export type JobProblem = 'busy' | 'timeout' | 'aborted' | 'memory' | 'crashed';

/** A job that could not be answered. */
export class JobFailure extends Error {
  readonly problem: JobProblem;

  constructor(problem: JobProblem, message: string) {
    super(message);
    this.problem = problem;
  }
}

/** Processes that answer one job each. */
export interface ProcessPool {
  /** Answers a job in a process of its own, which is ended with it; throws JobFailure. */
  run(job: Job, signal: AbortSignal): Promise<JobAnswer>;
  /** Ends all processes, whatever they are doing. */
  close(): void;
}

/** How many processes there may be, and what each may take. */
export interface PoolOptions {
  /** The program whose hidden command the processes run. */
  readonly program: string;
  readonly processes: number;
  /** Jobs that may wait for a process. */
  readonly waiting: number;
  /** Milliseconds from the request to its answer. */
  readonly timeoutMs: number;
  /** Megabytes that a request may take, beyond what the program itself needs. */
  readonly memoryMb: number;
  readonly log: (line: string) => void;
}

/**
 * A pool whose next process is always started already. Nothing that a job leaves behind, in memory or loaded, is there for the next one, and
 * no job can bring the others down.
 */
export function createProcessPool(options: PoolOptions): ProcessPool {
  const { processes, waiting, timeoutMs } = options;
  const running = new Set<ChildProcess>();
  const queue: (() => void)[] = [];
  let used = 0;
  let isClosed = false;
  let spare: ChildProcess | undefined = start();

  function start(): ChildProcess {
    const child = startProcess(options);
    running.add(child);
    child.once('exit', () => {
      running.delete(child);
      if (spare === child) spare = undefined;
    });
    return child;
  }

  function takeProcess(): ChildProcess {
    const child = spare ?? start();
    spare = undefined;
    setImmediate(() => {
      if (!isClosed) spare ??= start();
    });
    return child;
  }

  async function enter(signal: AbortSignal): Promise<void> {
    if (used >= processes) {
      if (queue.length >= waiting) throw new JobFailure('busy', 'The server has too many requests to answer: try again later.');
      await new Promise<void>((resolve, reject) => {
        const go = (): void => {
          signal.removeEventListener('abort', leave);
          resolve();
        };
        const leave = (): void => {
          queue.splice(queue.indexOf(go), 1);
          reject(reasonOf(signal));
        };
        queue.push(go);
        signal.addEventListener('abort', leave, { once: true });
      });
    }
    used += 1;
  }

  function exit(): void {
    used -= 1;
    queue.shift()?.();
  }

  return {
    async run(job, aborted) {
      const timeout = startTimeout(timeoutMs);
      try {
        const signal = AbortSignal.any([aborted, timeout.signal]);
        await enter(signal);
        const child = takeProcess();
        try {
          return await ask(child, job, signal, options);
        } finally {
          child.kill('SIGKILL');
          exit();
        }
      } finally {
        timeout.stop();
      }
    },
    close() {
      isClosed = true;
      for (const child of running) child.kill('SIGKILL');
    },
  };
}

function startProcess({ program, memoryMb }: PoolOptions): ChildProcess {
  const { AB_JWT_SIGNATURE_SECRET: _, ...env } = process.env;
  const child = fork(program, [ANSWER_COMMAND], {
    env: { ...env, [REQUEST_MEMORY]: String(memoryMb) },
    execArgv: [...process.execArgv, `--max-old-space-size=${memoryMb}`],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  // A process that dies while it waits is noticed when it is needed.
  child.on('error', () => {});
  child.unref();
  child.channel?.unref();
  return child;
}

function ask(child: ChildProcess, job: Job, signal: AbortSignal, { memoryMb, log }: PoolOptions): Promise<JobAnswer> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(reasonOf(signal));
    signal.addEventListener('abort', () => reject(reasonOf(signal)), { once: true });
    child.on('message', (message: ChildMessage) => {
      if ('log' in message) log(message.log);
      else resolve(message.answer);
    });
    child.once('exit', (code, name) => reject(failureOf(code, name, memoryMb)));
    child.send(job, (error) => {
      if (error !== null) reject(new JobFailure('crashed', 'The process of the request could not be reached: try again.'));
    });
  });
}

/** What becomes of a process that ended without an answer; V8 aborts where memory runs out, and so does the kernel in its own way. */
function failureOf(code: number | null, signal: NodeJS.Signals | null, memoryMb: number): JobFailure {
  if (signal === 'SIGABRT' || signal === 'SIGKILL' || code === 134)
    return new JobFailure('memory', `The request took more than ${memoryMb} MB of memory: ask for fewer or smaller pages.`);
  return new JobFailure('crashed', `The process of the request ended with ${signal ?? code}: the log of the server tells more.`);
}

/** A signal that is aborted after so many milliseconds, unless it is stopped. */
function startTimeout(ms: number): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const reason = new JobFailure('timeout', `The request took longer than ${Math.round(ms / 1000)} seconds, so it was ended.`);
  const timer = setTimeout(() => controller.abort(reason), ms);
  return { signal: controller.signal, stop: () => clearTimeout(timer) };
}

function reasonOf(signal: AbortSignal): JobFailure {
  return signal.reason instanceof JobFailure ? signal.reason : new JobFailure('aborted', 'The client has gone.');
}

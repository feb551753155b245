import { Worker } from 'node:worker_threads';
import { type Job, type JobAnswer, WORKER_COMMAND, type WorkerMessage } from './job.ts';

/** Why a job has no answer. */
export type JobProblem = 'busy' | 'timeout' | 'aborted' | 'memory' | 'crashed';

/** A job that could not be answered. */
export class JobFailure extends Error {
  readonly problem: JobProblem;

  constructor(problem: JobProblem, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.problem = problem;
  }
}

/** Threads that answer one job each. */
export interface WorkerPool {
  /** Answers a job in a thread of its own, which is ended with it; throws JobFailure. */
  run(job: Job, signal: AbortSignal): Promise<JobAnswer>;
  /** Ends all threads, whatever they are doing. */
  close(): Promise<void>;
}

/** How many threads there may be, and what each may take. */
export interface PoolOptions {
  /** The program whose hidden command the threads run. */
  readonly program: string;
  readonly workers: number;
  /** Jobs that may wait for a thread. */
  readonly waiting: number;
  /** Milliseconds from the request to its answer. */
  readonly timeoutMs: number;
  /** Megabytes of heap a thread. */
  readonly memoryMb: number;
  readonly log: (line: string) => void;
}

/** A pool whose next thread is always started already. Nothing that a job leaves behind, in memory or loaded, is there for the next one. */
export function createWorkerPool({ program, workers, waiting, timeoutMs, memoryMb, log }: PoolOptions): WorkerPool {
  const running = new Set<Worker>();
  const queue: (() => void)[] = [];
  let used = 0;
  let isClosed = false;
  let spare: Worker | undefined = start();

  function start(): Worker {
    const worker = new Worker(program, { argv: [WORKER_COMMAND], resourceLimits: { maxOldGenerationSizeMb: memoryMb } });
    // An idle thread that dies is noticed when it is needed.
    worker.on('error', () => {});
    worker.unref();
    running.add(worker);
    worker.once('exit', () => {
      running.delete(worker);
      if (spare === worker) spare = undefined;
    });
    return worker;
  }

  function takeWorker(): Worker {
    const worker = spare ?? start();
    spare = undefined;
    worker.ref();
    setImmediate(() => {
      if (!isClosed) spare ??= start();
    });
    return worker;
  }

  async function enter(signal: AbortSignal): Promise<void> {
    if (used >= workers) {
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

  function ask(worker: Worker, job: Job, signal: AbortSignal): Promise<JobAnswer> {
    return new Promise((resolve, reject) => {
      const end = (): void => reject(reasonOf(signal));
      if (signal.aborted) end();
      signal.addEventListener('abort', end, { once: true });
      worker.on('message', (message: WorkerMessage) => {
        if ('log' in message) log(message.log);
        else resolve(message.answer);
      });
      worker.once('error', (error: NodeJS.ErrnoException) => reject(failureOf(error, memoryMb)));
      worker.once('exit', (code) => reject(new JobFailure('crashed', `The thread of the request ended with ${code}.`)));
      worker.postMessage(job);
    });
  }

  return {
    async run(job, aborted) {
      const signal = AbortSignal.any([aborted, timeoutOf(timeoutMs)]);
      await enter(signal);
      const worker = takeWorker();
      try {
        return await ask(worker, job, signal);
      } finally {
        void worker.terminate();
        exit();
      }
    },
    async close() {
      isClosed = true;
      await Promise.all([...running].map((worker) => worker.terminate()));
    },
  };
}

function timeoutOf(ms: number): AbortSignal {
  const controller = new AbortController();
  const reason = new JobFailure('timeout', `The request took longer than ${Math.round(ms / 1000)} seconds, so it was ended.`);
  setTimeout(() => controller.abort(reason), ms).unref();
  return controller.signal;
}

function reasonOf(signal: AbortSignal): unknown {
  return signal.reason instanceof JobFailure ? signal.reason : new JobFailure('aborted', 'The client has gone.');
}

function failureOf(error: NodeJS.ErrnoException, memoryMb: number): JobFailure {
  if (error.code === 'ERR_WORKER_OUT_OF_MEMORY')
    return new JobFailure('memory', `The request took more than ${memoryMb} MB of memory: ask for fewer or smaller pages.`);
  return new JobFailure('crashed', 'The request could not be answered: an unexpected error, which the log of the server tells.', error);
}

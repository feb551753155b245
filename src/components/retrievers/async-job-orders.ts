import type { JobSlots } from '../../engine/job-slots.ts';
import type { Run } from '../../engine/run.ts';
import type { StreamSlice } from '../../engine/stream-slice.ts';
import { ConfigError, Failure, SystemError } from '../../protocol/failure.ts';
import type { AsyncJob, JobStatus } from './async-job.ts';
import type { AsyncJobApi } from './async-job-api.ts';
import { lookAhead } from './look-ahead.ts';

/** Milliseconds between two questions about the same job. */
const POLL_INTERVAL = 5_000;

/** How jobs are run. */
export interface OrderOptions {
  readonly api: AsyncJobApi;
  readonly slots: JobSlots;
  readonly run: Run;
  /** Jobs that are made for one slice before it has failed. */
  readonly mostAttempts: number;
  /** Microseconds between the failure of a job on the API's side and the next attempt; undefined when there is no need to wait. */
  readonly retryWait: bigint | undefined;
}

/** A slice whose job is under way. */
interface Order {
  readonly slice: StreamSlice;
  /** Undefined when it could not be created. */
  job: AsyncJob | undefined;
  attempts: number;
  /** Whether the job has failed, so that it is to be made anew. */
  hasFailed: boolean;
  /** The time before which a failed job is not made anew. */
  retryAt: bigint | undefined;
  /** Why the last job could not be created. */
  problem: unknown;
}

/**
 * Has a job made for each slice and gives those that are completed, as they are; as many run at a time as there are places. A job that
 * fails or times out is made anew. Slices that fail for good leave the others running: one SystemError at the end tells of them.
 * A ConfigError is thrown at once.
 */
// parity: async_job/job_orchestrator.py:AsyncJobOrchestrator.create_and_get_completed_partitions
export async function* runJobs(
  slices: AsyncIterable<StreamSlice>,
  { api, slots, run, mostAttempts, retryWait }: OrderOptions,
): AsyncGenerator<AsyncJob> {
  const { clock, log } = run;
  const upcoming = lookAhead(slices, (error) => log.debug(() => `The slices could not be ended: ${messageOf(error)}`));
  const problems = new Map<string, unknown>();
  let orders: Order[] = [];

  const statusOf = ({ job }: Order): JobStatus => job?.status(clock.steady()) ?? 'failed';
  const isFatal = (error: unknown): boolean => error instanceof ConfigError || run.signal.aborted;

  /** Keeps what went wrong for the end; throws what ends everything. */
  function note(problem: unknown): void {
    if (isFatal(problem)) throw problem;
    const message = messageOf(problem);
    if (!problems.has(message)) log.warn(message);
    problems.set(message, problem);
  }

  async function start(order: Order): Promise<void> {
    order.job = undefined;
    order.hasFailed = false;
    order.retryAt = undefined;
    order.attempts += 1;
    try {
      order.job = await api.start(order.slice);
    } catch (error) {
      if (isFatal(error)) throw error;
      order.problem = error;
      log.warn(`Attempt ${order.attempts} of ${mostAttempts} to start a job failed: ${messageOf(error)}`);
    }
  }

  /** Makes the jobs anew that failed. */
  async function restart(): Promise<void> {
    for (const order of orders) {
      if (!order.hasFailed) continue;
      if (statusOf(order) === 'failed' && order.job !== undefined && retryWait !== undefined) {
        order.retryAt ??= clock.steady() + retryWait;
        if (clock.steady() < order.retryAt) continue;
      }
      await start(order);
    }
  }

  /** Has jobs made for further slices as long as there are slices and places. */
  async function startMore(): Promise<void> {
    for (;;) {
      const slice = orders.length === 0 ? await upcoming.next() : await upcoming.soon();
      if (slice === undefined || !slots.take()) return;
      upcoming.take();
      const order: Order = { slice, job: undefined, attempts: 0, hasFailed: false, retryAt: undefined, problem: undefined };
      orders.push(order);
      await start(order);
    }
  }

  async function poll(): Promise<void> {
    const running = orders.filter((order) => statusOf(order) === 'running');
    const outcomes = await Promise.allSettled(running.map(({ job }) => api.poll(job as AsyncJob)));
    for (const outcome of outcomes) {
      if (outcome.status !== 'rejected') continue;
      // Asking again mends nothing but what the API did.
      if (!(outcome.reason instanceof Failure)) throw outcome.reason;
      note(outcome.reason);
    }
  }

  async function abort({ job }: Order): Promise<void> {
    if (job === undefined) return;
    try {
      await api.abort(job);
    } catch (error) {
      if (run.signal.aborted) throw error;
      log.warn(`A job could not be aborted: ${messageOf(error)}`);
    }
  }

  function close(order: Order): void {
    orders = orders.filter((other) => other !== order);
    slots.release();
  }

  /** Closes the orders that have come to an end and gives the jobs that are completed. */
  async function settle(): Promise<AsyncJob[]> {
    const completed: AsyncJob[] = [];
    for (const order of orders) {
      const status = statusOf(order);
      if (status === 'running') continue;
      if (status === 'completed' || status === 'skipped') {
        close(order);
        if (status === 'completed') completed.push(order.job as AsyncJob);
        else log.info('A job was skipped, since the API has no records for its slice.');
        continue;
      }
      if (order.hasFailed) continue;
      order.hasFailed = true;
      if (status === 'timeout') await abort(order);
      if (order.attempts < mostAttempts) continue;
      close(order);
      note(
        new SystemError('Async job failed after exhausting all retry attempts.', {
          internalMessage: `The last job's status: ${status}.`,
          cause: order.problem,
        }),
      );
    }
    return completed;
  }

  /** Waits until the jobs are asked after again, and meanwhile starts those whose slices arrive. */
  async function rest(): Promise<void> {
    let isOver = false;
    const end = clock.sleep(POLL_INTERVAL).then(() => {
      isOver = true;
    });
    const starting = async (): Promise<void> => {
      while (!isOver) {
        await Promise.race([end, upcoming.arrival()]);
        if (!isOver) await startMore();
      }
    };
    await Promise.all([end, starting()]);
  }

  async function abortAll(): Promise<void> {
    for (const order of orders) if (statusOf(order) === 'running' || statusOf(order) === 'timeout') await abort(order);
  }

  try {
    for (;;) {
      await restart();
      await startMore();
      const failure = upcoming.takeFailure();
      if (failure !== undefined) note(failure);
      if (orders.length > 0) {
        await poll();
        yield* await settle();
        if (orders.length > 0) await rest();
      } else if (upcoming.isDone) {
        break;
      } else {
        await slots.available();
      }
    }
  } catch (error) {
    if (!run.signal.aborted) await abortAll();
    throw error;
  } finally {
    for (const _ of orders) slots.release();
    upcoming.end();
  }
  if (problems.size > 0) throw summary([...problems.values()]);
}

function summary(problems: readonly unknown[]): SystemError {
  return new SystemError(`One or more async jobs failed after exhausting all retry attempts: ${messageOf(problems[0])}`, {
    internalMessage: problems.map(messageOf).join('\n'),
    cause: problems.length === 1 ? problems[0] : new AggregateError(problems),
  });
}

/** The message of an error with that of its cause. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error instanceof SystemError ? `${error.message} ${error.cause.message}` : error.message;
}

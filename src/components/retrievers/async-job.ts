import type { HttpResponse } from '../../engine/http.ts';
import type { StreamSlice } from '../../engine/stream-slice.ts';

/** What became of a job, by the names of AsyncJobStatusMap. */
export type JobStatus = 'running' | 'completed' | 'failed' | 'timeout' | 'skipped';

/** A job on the API's side that prepares the records of a slice. Times are microseconds since 1970. */
// parity: async_job/job.py:AsyncJob
export class AsyncJob {
  readonly slice: StreamSlice;
  /** The response that made the job. */
  readonly created: HttpResponse;
  /** The response that told that the job is completed. */
  completed: HttpResponse | undefined;
  readonly #startedAt: bigint;
  readonly #timeout: bigint;
  #status: JobStatus = 'running';
  #endedAt: bigint | undefined;

  constructor(slice: StreamSlice, created: HttpResponse, { now, timeout }: { readonly now: bigint; readonly timeout: bigint }) {
    this.slice = slice;
    this.created = created;
    this.#startedAt = now;
    this.#timeout = timeout;
  }

  /** The status; a job that took longer than its timeout has timed out, whatever the API says. */
  status(now: bigint): JobStatus {
    return (this.#endedAt ?? now) - this.#startedAt > this.#timeout ? 'timeout' : this.#status;
  }

  /** Takes over what the API says. */
  update(status: JobStatus, now: bigint): void {
    this.#status = status;
    if (status !== 'running') this.#endedAt ??= now;
  }
}

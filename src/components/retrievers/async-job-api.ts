import { Headers } from '../../engine/host.ts';
import type { HttpResponse } from '../../engine/http.ts';
import type { Decoder, Extractor, PageRequest, Requester } from '../../engine/kinds.ts';
import type { Purpose } from '../../engine/observer.ts';
import { StreamSlice } from '../../engine/stream-slice.ts';
import { str } from '../../lang/text.ts';
import type { Value } from '../../lang/values.ts';
import type { Json, JsonObject } from '../../lib/json.ts';
import { isPlainObject, ownProperty } from '../../lib/objects.ts';
import { SystemError } from '../../protocol/failure.ts';
import { AsyncJob, type JobStatus } from './async-job.ts';

/** What an API can be asked to do with jobs. */
export interface AsyncJobApi {
  start(slice: StreamSlice): Promise<AsyncJob>;
  /** Asks how the job is and notes the answer in it. */
  poll(job: AsyncJob): Promise<void>;
  abort(job: AsyncJob): Promise<void>;
  delete(job: AsyncJob): Promise<void>;
  /** The slices under which the results of a completed job are downloaded, one for each place where some are. */
  downloads(job: AsyncJob): Promise<readonly StreamSlice[]>;
}

/** The parts that speak to the API. */
export interface AsyncJobParts {
  readonly now: () => bigint;
  /** Microseconds after which a job has timed out. */
  readonly timeout: bigint;
  readonly creation: Requester;
  readonly polling: Requester;
  readonly abort: Requester | undefined;
  readonly delete: Requester | undefined;
  readonly target: Requester | undefined;
  readonly decoder: Decoder;
  readonly status: Extractor;
  readonly targets: Extractor | undefined;
  /** The states of a job by the API's words for them. */
  readonly statuses: Readonly<Record<string, Json>>;
}

/** Speaks to an API about jobs. Each request of a job may read the responses to those before it. */
// parity: requesters/http_job_repository.py:AsyncHttpJobRepository
export function createAsyncJobApi(parts: AsyncJobParts): AsyncJobApi {
  const ask = (requester: Requester, slice: StreamSlice, purpose?: Purpose): Promise<HttpResponse | null> =>
    requester.send({ slice, token: undefined }, [], undefined, { purpose });

  async function extract(extractor: Extractor, response: HttpResponse, request: PageRequest): Promise<readonly Json[]> {
    const decoder = extractor.decoder ?? parts.decoder;
    const documents = (await Array.fromAsync(decoder.decode(response))).flat();
    return (await extractor.extract(documents, request)).records;
  }

  async function statusIn(response: HttpResponse, slice: StreamSlice): Promise<JobStatus> {
    const [found] = await extract(parts.status, response, { slice, token: undefined });
    const word = str((found ?? null) as Value);
    const status = ownProperty(parts.statuses, word);
    if (status === undefined) {
      throw new SystemError(
        `The API gave a job the status "${word}", which the status_mapping of the retriever does not hold: add it there.`,
      );
    }
    return status as JobStatus;
  }

  async function targetsOf(job: AsyncJob, completed: HttpResponse): Promise<readonly Json[]> {
    if (parts.targets === undefined) return [''];
    let response: HttpResponse | null = completed;
    if (parts.target !== undefined) {
      const slice = new StreamSlice({}, {}, { polling_response: pollingContext(completed) });
      response = requireSuccess(await ask(parts.target, slice), 'download_target_requester');
    }
    return extract(parts.targets, response, { slice: job.slice, token: undefined });
  }

  return {
    async start(slice) {
      const response = requireSuccess(await ask(parts.creation, slice, creationPurpose(parts.timeout)), 'creation_requester');
      await response.load();
      return new AsyncJob(slice, response, { now: parts.now(), timeout: parts.timeout });
    },
    async poll(job) {
      const slice = withExtras(job.slice, { creation_response: creationContext(job.created) });
      const response = await ask(parts.polling, slice, POLLING);
      if (response === null)
        throw new SystemError('The polling_requester ignored the failure of its request, so that there is no status of the job.');
      await response.load();
      const status = await statusIn(response, slice);
      job.update(status, parts.now());
      if (status === 'completed') job.completed = response;
    },
    async abort(job) {
      await askToEnd(parts.abort, job, ABORTING);
    },
    async delete(job) {
      await askToEnd(parts.delete, job, DELETING);
    },
    async downloads(job) {
      const { completed } = job;
      if (completed === undefined) throw new SystemError('The results of a job were asked for that is not completed.');
      const targets = await targetsOf(job, completed);
      const extras = { creation_response: creationContext(job.created), polling_response: pollingContext(completed) };
      return targets.map((target) => withExtras(job.slice, { download_target: target, ...extras }));
    },
  };

  async function askToEnd(requester: Requester | undefined, job: AsyncJob, purpose: Purpose): Promise<void> {
    if (requester === undefined) return;
    const response = await ask(requester, withExtras(job.slice, { creation_response: creationContext(job.created) }), purpose);
    response?.discard();
  }
}

const POLLING = jobPurpose('Polling', 'Poll the status of the server-side async job.', 'ASYNC_POLL');
const ABORTING = jobPurpose('Abort', 'Abort the running server-side async job.', 'ASYNC_ABORT');
const DELETING = jobPurpose('Delete', 'Delete the specified job from the list of Jobs.', 'ASYNC_DELETE');

function jobPurpose(title: string, description: string, type: Purpose['type']): Purpose {
  return { title: `Async Job -- ${title}`, description, type, auxiliary: true };
}

function creationPurpose(timeout: bigint): Purpose {
  const seconds = timeout / 1_000_000n;
  const parts = [seconds / 3600n, (seconds / 60n) % 60n, seconds % 60n].map((part, index) =>
    String(part).padStart(index === 0 ? 1 : 2, '0'),
  );
  return jobPurpose('Create', `Create the server-side async job. Timeout after: ${parts.join(':')}`, 'ASYNC_CREATE');
}

function withExtras({ partition, cursorSlice, extraFields }: StreamSlice, extras: JsonObject): StreamSlice {
  return new StreamSlice(partition, cursorSlice, { ...extraFields, ...extras });
}

function requireSuccess(response: HttpResponse | null, requester: string): HttpResponse {
  if (response === null || !response.ok)
    throw new SystemError(`The ${requester} ignored the failure of its request, but nothing can be done without its response.`);
  return response;
}

/** The response that made a job as templates see it; a body that is no JSON object has no keys, since some APIs tell all in headers. */
function creationContext(response: HttpResponse): JsonObject {
  return responseContext(response, isPlainObject(response.json) ? (response.json as JsonObject) : {});
}

function pollingContext(response: HttpResponse): JsonObject {
  if (!isPlainObject(response.json))
    throw new SystemError('The response that says that a job is completed is no JSON object, which the download needs it to be.');
  return responseContext(response, response.json as JsonObject);
}

function responseContext(response: HttpResponse, body: JsonObject): JsonObject {
  const { method, url, headers, body: sent } = response.request;
  const request = { method, url, headers: new Headers(Object.entries(headers)), body: sent };
  return { headers: Headers.of(response.headers), request, ...body } as unknown as JsonObject;
}

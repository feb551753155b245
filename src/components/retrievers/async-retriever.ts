import { auxiliaryScope } from '../../engine/auxiliary-scope.ts';
import { batchOf } from '../../engine/batch.ts';
import { firstSlices } from '../../engine/bounded-slices.ts';
import type { Builder } from '../../engine/builder.ts';
import { component } from '../../engine/component.ts';
import { bounded, describe, either, integer, optional, type Slot, slot, slots, template } from '../../engine/fields.ts';
import { jobSlots } from '../../engine/job-slots.ts';
import type { Batch, Requester, Retriever } from '../../engine/kinds.ts';
import type { StreamSlice } from '../../engine/stream-slice.ts';
import { wholeNumber } from '../../engine/whole-number.ts';
import type { AsyncJob } from './async-job.ts';
import { createAsyncJobApi } from './async-job-api.ts';
import { runJobs } from './async-job-orders.ts';

const EXTRACTORS = { types: ['DpathExtractor', 'CombinedExtractor', 'CustomRecordExtractor'] };
const REQUESTERS = { types: ['HttpRequester', 'CustomRequester'] };
/** Jobs made for a slice before it has failed; parity: async_job/job_orchestrator.py:AsyncPartition */
const MOST_ATTEMPTS = 3;
/** Minutes until a job has timed out, in a sync and in a test read. */
const TIMEOUT = 60;
const TEST_TIMEOUT = 15;
const SECOND = 1_000_000n;

/** parity: retrievers/async_retriever.py:AsyncRetriever */
export const AsyncRetriever = component({
  type: 'AsyncRetriever',
  kind: 'retriever',
  summary: 'Has the API prepare the records of a slice in a job: creates it, asks until it is completed, and downloads what it made.',
  example: `
    type: AsyncRetriever
    status_mapping:
      type: AsyncJobStatusMap
      running: [queued, working]
      completed: [done]
      failed: [error]
      timeout: [expired]
    status_extractor:
      type: DpathExtractor
      field_path: [status]
    download_target_extractor:
      type: DpathExtractor
      field_path: [urls]
    creation_requester:
      type: HttpRequester
      url: https://api.example.com/v1/exports
      http_method: POST
    polling_requester:
      type: HttpRequester
      url: "https://api.example.com/v1/exports/{{ creation_response['id'] }}"
    download_requester:
      type: HttpRequester
      url: "{{ download_target }}"
    record_selector:
      type: RecordSelector
      extractor:
        type: DpathExtractor
        field_path: []`,
  fields: () => ({
    record_selector: describe(slot('recordSelector', { types: ['RecordSelector'], defaultType: 'RecordSelector' }), {
      description: 'Filters and transforms the downloaded records; its extractor is not used, see download_extractor.',
    }),
    status_mapping: slot('data', { types: ['AsyncJobStatusMap'], defaultType: 'AsyncJobStatusMap' }),
    status_extractor: describe(slot('extractor', EXTRACTORS), {
      description: 'Finds the status of the job in the response to polling_requester.',
    }),
    download_target_extractor: describe(optional(slot('extractor', EXTRACTORS)), {
      description: 'Finds the places to download from; without it one download is made, whose download_target is empty.',
    }),
    download_extractor: describe(optional(slot('extractor', { types: [...EXTRACTORS.types, 'ResponseToFileExtractor'] })), {
      description: 'Finds the records in what was downloaded; a DpathExtractor with an empty path when left out.',
    }),
    creation_requester: slot('requester', REQUESTERS),
    polling_requester: slot('requester', REQUESTERS),
    polling_job_timeout: describe(optional(either(integer(), template('config'))), {
      description: 'Minutes after which a job has timed out: 60 unless told, 15 in a test read.',
    }),
    failed_retry_wait_time_in_seconds: describe(optional(either(bounded(integer(), { minimum: 1 }), template('config'))), {
      description: 'Seconds between the failure of a job and the next attempt.',
    }),
    download_target_requester: describe(optional(slot('requester', REQUESTERS)), {
      description: 'Asks for the places to download from, where polling_requester does not tell them.',
    }),
    download_requester: slot('requester', REQUESTERS),
    download_paginator: optional(slot('paginator', { types: ['DefaultPaginator', 'NoPagination'] })),
    abort_requester: describe(optional(slot('requester', REQUESTERS)), { description: 'Ends a job that has timed out.' }),
    delete_requester: describe(optional(slot('requester', REQUESTERS)), { description: 'Removes a job whose records were read.' }),
    partition_router: optional(either(slot('partitionRouter'), slots('partitionRouter')), []),
    decoder: describe(optional(slot('decoder')), { description: 'Reads the responses about jobs; JsonDecoder unless told.' }),
    download_decoder: describe(optional(slot('decoder')), { description: 'Reads what is downloaded; JsonDecoder unless told.' }),
  }),
  build(spec, b): Retriever {
    const { run } = b;
    const isTest = run.limits.retries === false;
    if (spec.download_target_requester !== undefined && spec.download_target_extractor === undefined) {
      b.fail(
        'A download_target_requester needs a download_target_extractor that finds the targets in its response: add it.',
        'download_target_extractor',
      );
    }
    const requester = (field: RequesterField): Requester | undefined => buildRequester(b, spec[field], field);
    const api = createAsyncJobApi({
      now: () => run.clock.steady(),
      timeout: BigInt(numberOf(b, spec.polling_job_timeout, 'polling_job_timeout') || (isTest ? TEST_TIMEOUT : TIMEOUT)) * 60n * SECOND,
      creation: requester('creation_requester') as Requester,
      polling: requester('polling_requester') as Requester,
      abort: requester('abort_requester'),
      delete: requester('delete_requester'),
      target: requester('download_target_requester'),
      decoder: b.build('decoder', spec.decoder ?? ({ type: 'JsonDecoder' } as Slot<'decoder'>)),
      status: b.build('extractor', spec.status_extractor),
      targets: spec.download_target_extractor && b.build('extractor', spec.download_target_extractor),
      statuses: b.build('data', spec.status_mapping, { defaultType: 'AsyncJobStatusMap' }),
    });
    const download = buildDownload(b, spec);
    const selector = buildSelector(b, spec.record_selector);
    const wait = numberOf(b, spec.failed_retry_wait_time_in_seconds, 'failed_retry_wait_time_in_seconds');
    const orders = {
      api,
      slots: jobSlots(run),
      run,
      mostAttempts: isTest ? 1 : MOST_ATTEMPTS,
      retryWait: wait ? BigInt(wait) * SECOND : undefined,
    };
    const jobs = new WeakMap<StreamSlice, AsyncJob>();

    async function* readJob(job: AsyncJob): AsyncGenerator<Batch> {
      const request = { slice: job.slice, token: undefined };
      for (const target of await api.downloads(job)) {
        for await (const { records } of download.read(target)) {
          if (b.stream?.tally !== undefined) {
            b.stream.tally.responses += 1;
            b.stream.tally.selected += records.length;
          }
          const refined = await selector.refine(records, request);
          if (refined.records.length > 0) yield batchOf(refined.records);
          if (refined.failure !== undefined) throw refined.failure;
        }
      }
      await api.delete(job);
    }

    return {
      async *slices(of) {
        for await (const job of runJobs(run.limits.slices === undefined ? of : firstSlices(of, run.limits.slices), orders)) {
          jobs.set(job.slice, job);
          yield job.slice;
        }
      },
      async *read(slice) {
        run.observer?.slice(slice.cursorSlice);
        const known = jobs.get(slice);
        if (known !== undefined) {
          yield* readJob(known);
          return;
        }
        for await (const job of runJobs(only(slice), orders)) yield* readJob(job);
      },
    };
  },
});

type RequesterField =
  | 'creation_requester'
  | 'polling_requester'
  | 'abort_requester'
  | 'delete_requester'
  | 'download_target_requester'
  | 'download_requester';

/** A requester whose error handler asks for nothing that only a reader of pages can do. */
// parity: parsers/model_to_component_factory.py:_reject_reduce_page_size_action
function buildRequester(b: Builder, spec: Slot<'requester'> | undefined, field: RequesterField): Requester | undefined {
  const requester = spec && b.build('requester', spec);
  for (const action of ['REDUCE_PAGE_SIZE', 'SPLIT_REQUEST_WINDOW'] as const) {
    if (requester?.actions.has(action)) {
      b.fail(
        `The action ${action} does not work here: only the requester of a SimpleRetriever can ask for its page in another way.`,
        field,
      );
    }
  }
  return requester;
}

interface DownloadSpec {
  readonly download_requester: Slot<'requester'>;
  readonly download_extractor?: Slot<'extractor'> | undefined;
  readonly download_decoder?: Slot<'decoder'> | undefined;
  readonly download_paginator?: Slot<'paginator'> | undefined;
}

/** Reads the pages of a download target, each record as it comes. */
function buildDownload(b: Builder, spec: DownloadSpec): Retriever {
  buildRequester(b, spec.download_requester, 'download_requester');
  const declaration = {
    type: 'SimpleRetriever',
    requester: spec.download_requester,
    record_selector: { type: 'RecordSelector', extractor: spec.download_extractor ?? { type: 'DpathExtractor', field_path: [] } },
    ...(spec.download_decoder === undefined ? {} : { decoder: spec.download_decoder }),
    ...(spec.download_paginator === undefined ? {} : { paginator: spec.download_paginator }),
  } as unknown as Slot<'retriever'>;
  return b.build('retriever', declaration, { stream: auxiliaryScope(b.run, b.stream?.name ?? ''), keepPaths: true });
}

/** The selector without what the reference leaves out of jobs: the client-side filter of the cursor, and files. */
// parity: parsers/model_to_component_factory.py:create_async_retriever
function buildSelector(b: Builder, spec: Slot<'recordSelector'>): ReturnType<typeof b.build<'recordSelector'>> {
  const { stream } = b;
  const options = stream === undefined ? {} : { stream: { ...stream, incremental: undefined, fileUploader: undefined } };
  return b.build('recordSelector', spec, { ...options, defaultType: 'RecordSelector' });
}

/** A number of the manifest that may be a template; undefined when there is none. */
function numberOf(b: Builder, value: number | string | undefined, field: string): number | undefined {
  if (value === undefined || value === '') return undefined;
  return wholeNumber(b.string(value).evaluate(b.context())) ?? b.fail(`${field} must be a whole number.`, field);
}

async function* only(slice: StreamSlice): AsyncGenerator<StreamSlice> {
  yield slice;
}

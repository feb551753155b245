import type { HttpResponse } from '../http/response.ts';
import type { Json } from '../lib/json.ts';
import type { StreamSlice } from './stream-slice.ts';

/** What a request is sent for, in the words that a test read shows. */
export interface Purpose {
  readonly title: string;
  readonly description: string;
  readonly type: 'HTTP' | 'AUTH' | 'ASYNC_CREATE' | 'ASYNC_POLL' | 'ASYNC_ABORT' | 'ASYNC_DELETE';
  /** Whether the response is something else than a page of a stream. */
  readonly auxiliary: boolean;
  /** The stream, or what is read like one, whose page the response is. */
  readonly streamName?: string;
  /** Whether it is sent for the sake of a stream's parent. */
  readonly ofParent?: boolean;
}

/** Watches a run, so that a test read can show what was asked and answered. */
export interface RunObserver {
  /** Called with each response that has a purpose, its body loaded, before anything is made of it. */
  response(response: HttpResponse, purpose: Purpose): void;
  /** Called when a slice begins to be read, with the part of it that templates see. */
  slice(descriptor: Json): void;
}

/** The purpose of a request for a page of records. */
// parity: parsers/model_to_component_factory.py:_get_log_formatter
export function recordsPurpose(streamName: string): Purpose {
  return {
    title: `Stream '${streamName}' request`,
    description: `Request performed in order to extract records for stream '${streamName}'`,
    type: 'HTTP',
    auxiliary: false,
    streamName,
  };
}

/** The purpose of a request for something that is read like a stream but is none. */
export function sidePurpose(streamName: string, title: string, description: string): Purpose {
  return { title, description, type: 'HTTP', auxiliary: true, streamName };
}

/** The purpose of a request for a page that is asked for anew, smaller, since the API refused it. */
// parity: streams/http/http_client.py:HttpClient._send
export function refusedPurpose(purpose: Purpose, streamName: string, refused: 'page' | 'window'): Purpose {
  const [what, title, instead] =
    refused === 'page'
      ? ['page', 'page rejected, retrying with a smaller page size', 'the same page is asked for again with a smaller page size']
      : ['request window', 'request window rejected, retrying with a smaller window', 'the window is read as several smaller ones'];
  return {
    ...purpose,
    title: `Stream '${streamName}' ${title}`,
    description: `The response for stream '${streamName}' asked for a smaller ${what}: ${instead}, and this response gave no records.`,
    auxiliary: true,
  };
}

/** The part of a slice that a test read shows; a slice without any is a text. */
// parity: sources/utils/slice_logger.py:SliceLogger.create_slice_log_message
export function sliceDescriptor(slice: StreamSlice): Json {
  return slice.truth() ? { ...slice.partition, ...slice.cursorSlice } : '{}';
}

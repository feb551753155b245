import { gzipSync } from 'node:zlib';
import type { Json, JsonObject } from '../../src/lib/json.ts';

/** A page as the API gives it when nothing goes wrong. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What a stream is asked for: the query of a request, and how often this request came before in the run. */
export interface Asked {
  readonly query: Readonly<Record<string, string>>;
  readonly url: string;
  readonly before: number;
}

/** A stream of one seed. */
export interface ChaosStream extends StreamSize {
  readonly sort: StreamSort;
  readonly rows: readonly JsonObject[];
  readonly pageSize: number;
  /** How often a page token comes again, and pages are smaller than asked for; out of 1. */
  readonly moods: number;
}

/** How many rows there are, and how long they are. */
export interface StreamSize {
  readonly name: string;
  readonly count: number;
  /** Characters of filler in each row. */
  readonly filler: number;
}

/** A way of reading that differs from the others in what may go wrong with it. */
export interface StreamSort {
  readonly name: 'windows' | 'tokens' | 'links' | 'lines' | 'csv' | 'children';
  readonly incremental: boolean;
  row(stream: StreamSize, index: number): JsonObject;
  declare(stream: ChaosStream, parts: ManifestParts): JsonObject;
  answer(stream: ChaosStream, asked: Asked): Answer;
  /** The partition of a row, for streams with a state for each. */
  partitionOf?(row: JsonObject): string;
}

/** What the streams of a manifest share. */
export interface ManifestParts {
  readonly requester: JsonObject;
  readonly parent: JsonObject | undefined;
}

const START = Date.UTC(2025, 0, 1);
const PARTITIONS = 6;
/** The last moment that is read. */
export const END = '2025-03-01T00:00:00Z';

/** A time as the API writes it; the rows are spread over all that is read. */
function timeOf(index: number, count: number): string {
  const step = Math.floor((Date.parse(END) - START) / count / 1000) * 1000;
  return `${new Date(START + index * step).toISOString().slice(0, 19)}Z`;
}

function baseRow({ name, count, filler }: StreamSize, index: number): JsonObject {
  const text = `Row ${index} of "${name}", with {braces], a \\ and Süd 機械.\n`;
  return { id: `${name}-${index}`, updated_at: timeOf(index, count), text: text + 'x'.repeat(filler) };
}

const option = (name: string): JsonObject => ({ type: 'RequestOption', inject_into: 'request_parameter', field_name: name });

function cursor(extra: JsonObject = {}): JsonObject {
  return {
    type: 'DatetimeBasedCursor',
    cursor_field: 'updated_at',
    datetime_format: '%Y-%m-%dT%H:%M:%SZ',
    start_datetime: '2025-01-01T00:00:00Z',
    end_datetime: END,
    start_time_option: option('from'),
    end_time_option: option('to'),
    ...extra,
  };
}

const WINDOWS = { step: 'P4D', cursor_granularity: 'PT1S' };

function schemaOf(): JsonObject {
  return { type: 'InlineSchemaLoader', schema: { type: 'object', properties: {} } };
}

function declareStream(stream: ChaosStream, { requester }: ManifestParts, retriever: JsonObject, extra: JsonObject = {}): JsonObject {
  return {
    type: 'DeclarativeStream',
    name: stream.name,
    primary_key: ['id'],
    schema_loader: schemaOf(),
    retriever: {
      type: 'SimpleRetriever',
      requester: { ...requester, path: `/${stream.name}` },
      record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['data'] } },
      ...retriever,
    },
    ...extra,
  };
}

function json(value: Json, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status: 200, headers: { 'content-type': 'application/json', ...headers }, body: Buffer.from(JSON.stringify(value)) };
}

/** The rows between two times, both included. */
function within({ rows }: ChaosStream, { from, to }: Asked['query']): JsonObject[] {
  return rows.filter(({ updated_at: at }) => (from === undefined || String(at) >= from) && (to === undefined || String(at) <= to));
}

function pageFrom(rows: readonly JsonObject[], start: number, size: number): { page: JsonObject[]; end: number } {
  const page = rows.slice(start, start + size);
  return { page, end: start + page.length };
}

/** A page that is smaller than asked for, now and then. */
function moodySize({ pageSize, moods }: ChaosStream, start: number): number {
  return (start * 7919) % 100 < moods * 100 ? 1 + ((start * 31) % pageSize) : pageSize;
}

/** Whether the present token is given again in place of the next one: the first time it is asked for, now and then. */
function repeats({ moods }: ChaosStream, start: number, before: number): boolean {
  return before === 0 && start > 0 && (start * 104_729) % 100 < moods * 30;
}

const windows: StreamSort = {
  name: 'windows',
  incremental: true,
  row: baseRow,
  declare: (stream, parts) =>
    declareStream(
      stream,
      parts,
      {
        paginator: {
          type: 'DefaultPaginator',
          pagination_strategy: { type: 'OffsetIncrement', page_size: stream.pageSize },
          page_token_option: option('offset'),
          page_size_option: option('limit'),
        },
      },
      { incremental_sync: cursor(WINDOWS) },
    ),
  answer: (stream, { query }) => {
    const { page } = pageFrom(within(stream, query), Number(query['offset'] ?? 0), Number(query['limit']));
    return json({ data: page });
  },
};

const tokens: StreamSort = {
  name: 'tokens',
  incremental: true,
  row: baseRow,
  declare: (stream, parts) =>
    declareStream(
      stream,
      parts,
      {
        paginator: {
          type: 'DefaultPaginator',
          pagination_strategy: {
            type: 'CursorPagination',
            page_size: stream.pageSize,
            cursor_value: "{{ response['next'] }}",
            stop_condition: "{{ not response['next'] }}",
          },
          page_token_option: option('page'),
          page_size_option: option('limit'),
        },
      },
      { incremental_sync: cursor(WINDOWS) },
    ),
  answer: (stream, { query, before }) => {
    const start = Number((query['page'] ?? 'p0').slice(1));
    const rows = within(stream, query);
    const { page, end } = pageFrom(rows, start, moodySize(stream, start));
    const next = end >= rows.length ? null : repeats(stream, start, before) ? `p${start}` : `p${end}`;
    return json({ data: page, next });
  },
};

const links: StreamSort = {
  name: 'links',
  incremental: false,
  row: baseRow,
  declare: (stream, parts) =>
    declareStream(stream, parts, {
      paginator: {
        type: 'DefaultPaginator',
        pagination_strategy: {
          type: 'CursorPagination',
          page_size: stream.pageSize,
          cursor_value: "{{ headers['link']['next']['url'] }}",
          stop_condition: "{{ 'next' not in headers['link'] }}",
        },
        page_token_option: { type: 'RequestPath' },
      },
    }),
  answer: (stream, { query, url }) => {
    const start = Number(query['at'] ?? 0);
    const { page, end } = pageFrom(stream.rows, start, moodySize(stream, start));
    const next = end >= stream.rows.length ? [] : [`<${url}/${stream.name}?at=${end}>; rel="next"`];
    return json({ data: page }, { link: [...next, `<${url}/${stream.name}>; rel="first"`].join(', ') });
  },
};

const lines: StreamSort = {
  name: 'lines',
  incremental: true,
  row: baseRow,
  declare: (stream, parts) =>
    declareStream(
      stream,
      parts,
      {
        decoder: { type: 'JsonlDecoder' },
        record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: [] } },
      },
      { incremental_sync: cursor(WINDOWS) },
    ),
  answer: (stream, { query }) => ({
    status: 200,
    headers: { 'content-type': 'application/x-ndjson' },
    body: Buffer.from(
      within(stream, query)
        .map((row) => `${JSON.stringify(row)}\n`)
        .join(''),
    ),
  }),
};

const csv: StreamSort = {
  name: 'csv',
  incremental: false,
  row: ({ name, filler }, index) => ({ id: `${name}-${index}`, text: `a "quoted", text ${'y'.repeat(filler)}` }),
  declare: (stream, parts) =>
    declareStream(stream, parts, {
      decoder: { type: 'GzipDecoder', decoder: { type: 'CsvDecoder' } },
      record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: [] } },
    }),
  answer: ({ rows }) => {
    const quote = (value: Json | undefined): string => `"${String(value).replaceAll('"', '""')}"`;
    const text = ['id,text', ...rows.map(({ id, text: words }) => `${quote(id)},${quote(words)}`)].join('\r\n');
    return { status: 200, headers: { 'content-type': 'application/gzip' }, body: gzipSync(`${text}\r\n`) };
  },
};

const children: StreamSort = {
  name: 'children',
  incremental: true,
  row: (stream, index) => ({ ...baseRow(stream, index), parent: `links-${index % PARTITIONS}` }),
  declare: (stream, parts) =>
    declareStream(
      stream,
      parts,
      {
        partition_router: {
          type: 'SubstreamPartitionRouter',
          parent_stream_configs: [
            {
              type: 'ParentStreamConfig',
              parent_key: 'id',
              partition_field: 'parent',
              stream: parts.parent as JsonObject,
              request_option: option('parent'),
            },
          ],
        },
        paginator: {
          type: 'DefaultPaginator',
          pagination_strategy: { type: 'PageIncrement', page_size: stream.pageSize },
          page_token_option: option('page'),
          page_size_option: option('limit'),
        },
      },
      { incremental_sync: cursor() },
    ),
  answer: (stream, { query }) => {
    const own = within(stream, query).filter((row) => row['parent'] === query['parent']);
    const size = Number(query['limit']);
    return json({ data: pageFrom(own, Number(query['page'] ?? 0) * size, size).page });
  },
  partitionOf: (row) => String(row['parent']),
};

/** Every sort of stream, by its name. */
export const SORTS: Readonly<Record<StreamSort['name'], StreamSort>> = { windows, tokens, links, lines, csv, children };

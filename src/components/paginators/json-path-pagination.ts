import { component } from '../../engine/component.ts';
import { boolean, integer, optional, template, text, withDefault } from '../../engine/fields.ts';
import { StreamRecord } from '../../engine/host.ts';
import type { Row } from '../../engine/kinds.ts';
import type { Page } from '../../engine/page.ts';
import { detectRecords, recordsOf, valueAt } from '../../engine/record-detection.ts';
import { truth } from '../../lang/operators.ts';
import { isDict, isList, type Value } from '../../lang/values.ts';
import type { Json } from '../../lib/json.ts';
import type { JsonPath } from '../../lib/json-path.ts';
import { parseLinks } from '../../lib/link-header.ts';
import { isPlainObject } from '../../lib/objects.ts';
import { SystemError } from '../../protocol/failure.ts';
import { nextUrl } from './next-url.ts';
import { hasMoreAt, pathOf, wholeDocument } from './response-paths.ts';

const CONTEXT = ['config', 'headers', 'last_page_size', 'last_record', 'page_size', 'response', 'stream_slice'] as const;
const LAST_RECORD = 'last_record';

/** parity: dlt/sources/helpers/rest_client/paginators.py:JSONResponseCursorPaginator, JSONLinkPaginator */
export const JsonPathPagination = component({
  type: 'JsonPathPagination',
  kind: 'pageStrategy',
  extension: true,
  summary:
    'Pages by a cursor, or by the URL of the next page, that a JSONPath finds in the response or in the last record of the page; ends when it is empty.',
  example: `
    type: JsonPathPagination
    cursor_path: meta.next_cursor`,
  fields: () => ({
    cursor_path: text(
      'A JSONPath into the response; `last_record.` before it looks into the last record of the page, whatever filters make of it.',
    ),
    records_path: optional(text('A JSONPath to the records, for the last of them; found by itself where it is left out.')),
    is_url: withDefault(boolean(), false),
    page_size: optional(integer()),
    stop_after_empty_page: withDefault(boolean(), false),
    has_more_path: optional(text('A JSONPath to what says whether there are more pages.')),
    stop_condition: optional(template(...CONTEXT)),
  }),
  build(spec, b) {
    const cursor = pathOf(b, spec.cursor_path, 'cursor_path') as JsonPath;
    const hasMore = pathOf(b, spec.has_more_path, 'has_more_path');
    const recordsPath = pathOf(b, spec.records_path, 'records_path');
    const stop = spec.stop_condition ? b.condition(spec.stop_condition) : undefined;
    const streamName = b.stream?.name ?? '';

    function lastRecord(document: Json): Json | undefined {
      const detected = recordsPath === undefined ? valueAt(document, detectRecords(document)) : undefined;
      return recordsOf(recordsPath?.find(document) ?? (detected === undefined ? [] : [detected])).at(-1);
    }

    /** What the cursor's path looks into: the response with its last record, unless the response has such a key of its own. */
    function place(document: Json, last: Json | undefined): Json {
      if (cursor.keys?.[0] !== LAST_RECORD || last === undefined) return document;
      return isPlainObject(document) && Object.hasOwn(document, LAST_RECORD) ? document : { [LAST_RECORD]: last };
    }

    function isStopped(page: Page, document: Json, last: Json | undefined): boolean {
      if (spec.stop_after_empty_page && page.extracted === 0) return true;
      if (hasMore !== undefined && !hasMoreAt(hasMore, document)) return true;
      if (stop === undefined) return false;
      const { headers } = page.response;
      return stop({
        ...b.context(),
        response: document as Value,
        headers: { ...headers.toObject(), link: parseLinks(headers.get('link')) },
        last_record: isPlainObject(last) ? new StreamRecord(last as Row, streamName, page.slice) : null,
        last_page_size: page.extracted,
        page_size: spec.page_size ?? null,
        stream_slice: page.slice,
      });
    }

    return {
      pageSize: spec.page_size,
      readsDocument: 'all',
      initialToken: undefined,
      givesWholeUrls: spec.is_url,
      nextToken(page) {
        const document = wholeDocument(page);
        const last = lastRecord(document);
        const value = (cursor.first(place(document, last)) ?? null) as Value;
        if (!truth(value) || isStopped(page, document, last)) return undefined;
        if (isDict(value) || isList(value))
          throw new SystemError(`What the response has at ${cursor.text} is no cursor but a list or an object.`);
        return spec.is_url ? nextUrl(page, value) : value;
      },
      gaveNothing(page) {
        const document = wholeDocument(page);
        const last = lastRecord(document);
        if (cursor.first(place(document, last)) !== undefined || isStopped(page, document, last)) return undefined;
        return `there is nothing at the cursor_path ${cursor.text}`;
      },
    };
  },
});

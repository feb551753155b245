import { component } from '../../engine/component.ts';
import { either, integer, optional, template } from '../../engine/fields.ts';
import { StreamRecord } from '../../engine/host.ts';
import type { HttpResponse } from '../../engine/http.ts';
import type { Page } from '../../engine/page.ts';
import { joinReads, responseReadsOf } from '../../engine/reads.ts';
import type { Context } from '../../lang/index.ts';
import { truth } from '../../lang/operators.ts';
import type { Value } from '../../lang/values.ts';
import { parseLinks } from '../../lib/link-header.ts';
import { evaluatePageSize, resizingOf } from './page-size.ts';
import { stopConditionSafety } from './stop-condition.ts';

const CONTEXT = [
  'config',
  'headers',
  'last_page_size',
  'last_record',
  'page_size',
  'response',
  'stream_interval',
  'stream_partition',
  'stream_slice',
] as const;

/** parity: requesters/paginators/strategies/cursor_pagination_strategy.py:CursorPaginationStrategy */
export const CursorPagination = component({
  type: 'CursorPagination',
  kind: 'pageStrategy',
  summary:
    'Pages by a cursor that a template finds in the response, its headers or the last record; ends when the cursor is empty or the stop condition holds.',
  example: `
    type: CursorPagination
    cursor_value: "{{ response.next_cursor }}"
    stop_condition: "{{ not response.has_more }}"`,
  fields: () => ({
    cursor_value: template(...CONTEXT),
    page_size: optional(either(integer(), template('config'))),
    stop_condition: optional(template(...CONTEXT)),
  }),
  build(spec, b) {
    const pageSize = evaluatePageSize(b, spec.page_size);
    const cursor = b.string(spec.cursor_value);
    const stop = spec.stop_condition ? b.condition(spec.stop_condition) : undefined;
    if (pageSize === undefined) {
      for (const field of ['cursor_value', 'stop_condition'] as const) {
        const text = spec[field];
        if (text !== undefined && b.template(text).variables.has('page_size'))
          b.fail(`${field} reads page_size, but the strategy has none: add page_size to it.`, field);
      }
    }
    const streamName = b.stream?.name ?? '';
    const variables = new Set([spec.cursor_value, spec.stop_condition].flatMap((text) => (text ? [...b.template(text).variables] : [])));

    function contextOf(page: Page): Context {
      const { size, slice, pageSize: reduced } = page;
      return {
        ...b.context(),
        // What has to be made of the page is made where it is read.
        ...(variables.has('response') && { response: page.document as Value }),
        ...(variables.has('headers') && { headers: headersOf(page.response) }),
        ...(variables.has('last_record') && { last_record: lastRecordOf(page, streamName) }),
        last_page_size: size,
        page_size: reduced ?? pageSize ?? null,
        stream_slice: slice,
      };
    }

    return {
      pageSize,
      readsDocument: joinReads([spec.cursor_value, spec.stop_condition].map((text) => text && responseReadsOf(b.template(text)))),
      initialToken: undefined,
      resizing(minimum) {
        const resizing = resizingOf(spec.page_size, minimum);
        return resizing.problem === undefined && spec.stop_condition
          ? { ...resizing, ...stopConditionSafety(spec.stop_condition, minimum) }
          : resizing;
      },
      nextToken(page) {
        const context = contextOf(page);
        if (stop?.(context)) return undefined;
        const token = cursor.evaluate(context);
        return truth(token) ? token : undefined;
      },
      gaveNothing(page) {
        const context = contextOf(page);
        if (stop?.(context) || truth(cursor.evaluate(context))) return undefined;
        return `the cursor_value ${JSON.stringify(spec.cursor_value)} gives nothing`;
      },
    };
  },
});

function headersOf({ headers }: HttpResponse): Value {
  return { ...headers.toObject(), link: parseLinks(headers.get('link')) };
}

function lastRecordOf({ lastRecord, slice }: Page, streamName: string): Value {
  return lastRecord === undefined ? null : new StreamRecord(lastRecord, streamName, slice);
}

import { component } from '../../engine/component.ts';
import { template, withDefault } from '../../engine/fields.ts';
import type { RecordFilter as Filter } from '../../engine/kinds.ts';
import { readsOf } from '../../engine/reads.ts';

/** parity: extractors/record_filter.py:RecordFilter */
export const RecordFilter = component({
  type: 'RecordFilter',
  kind: 'recordFilter',
  summary: 'Keeps the records for which a condition holds; an empty condition holds for none.',
  example: `
    type: RecordFilter
    condition: "{{ record.status == 'active' }}"`,
  fields: () => ({
    condition: withDefault(template('config', 'next_page_token', 'record', 'stream_interval', 'stream_partition', 'stream_slice'), ''),
  }),
  build({ condition }, b): Filter {
    if (condition === '') return { reads: 'nothing', keep: () => false };
    const test = b.condition(condition);
    const context = b.context('record', 'stream_slice', 'next_page_token');
    return {
      reads: readsOf(b.template(condition)),
      keep(record, { slice, token }) {
        context['record'] = record;
        context['stream_slice'] = slice;
        context['next_page_token'] = token === undefined ? null : { next_page_token: token };
        return test(context);
      },
    };
  },
});

import { component } from '../../engine/component.ts';
import { template } from '../../engine/fields.ts';
import type { Transformation } from '../../engine/kinds.ts';
import { readsOf } from '../../engine/reads.ts';
import { truth, type Value } from '../../lang/index.ts';

/** parity: dlt/extract/resource.py:DltResource.add_filter */
export const FilterRecords = component({
  type: 'FilterRecords',
  kind: 'transformation',
  extension: true,
  summary: 'Drops the records for which a condition does not hold, at its place among the transformations.',
  example: `
    type: FilterRecords
    condition: "{{ record['amount'] > 0 }}"`,
  fields: () => ({ condition: template('config', 'record', 'stream_slice') }),
  build({ condition }, b): Transformation {
    const compiled = b.template(condition);
    const context = b.context('record', 'stream_slice');
    return {
      reads: readsOf(compiled),
      takesAnything: true,
      transform(record, { slice }) {
        context['record'] = record as Value;
        context['stream_slice'] = slice;
        return truth(compiled.exact(context)) ? undefined : null;
      },
    };
  },
});

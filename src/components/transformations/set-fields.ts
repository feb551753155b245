import { component } from '../../engine/component.ts';
import { describe, object } from '../../engine/fields.ts';
import { jsonValue } from '../../engine/json-value.ts';
import type { Row, Transformation } from '../../engine/kinds.ts';
import { compileExact } from '../../engine/mappings.ts';
import type { Value } from '../../lang/index.ts';
import type { Json } from '../../lib/json.ts';
import { copyJson } from '../../lib/json-copy.ts';
import { setOwnProperty } from '../../lib/objects.ts';

/** parity: dlt/extract/resource.py:DltResource.add_map */
export const SetFields = component({
  type: 'SetFields',
  kind: 'transformation',
  extension: true,
  summary: 'Sets top-level fields of each record: each template that is one expression gives its value as it is, any other a text.',
  example: `
    type: SetFields
    fields:
      seconds: "{{ record['milliseconds'] / 1000 }}"`,
  fields: () => ({ fields: describe(object(), { context: ['config', 'record', 'stream_slice'] }) }),
  build(spec, b): Transformation {
    const fields = Object.entries(spec.fields).map(([name, value]) => ({ name, evaluate: compileExact(b, value) }));
    const context = b.context('record', 'stream_slice');
    return {
      reads: 'all',
      transform(record, { slice }) {
        context['record'] = record as Value;
        context['stream_slice'] = slice;
        // Each field sees the record as it came.
        const values = fields.map(({ evaluate }) => jsonValue(evaluate(context)));
        const changed: Row = { ...record };
        for (const [index, { name }] of fields.entries()) setOwnProperty(changed, name, copyJson(values[index] as Json));
        return changed;
      },
    };
  },
});

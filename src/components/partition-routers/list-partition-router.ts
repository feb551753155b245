import { WITHOUT_PARAMETERS } from '../../engine/builder.ts';
import { component } from '../../engine/component.ts';
import { either, list, optional, slot, template } from '../../engine/fields.ts';
import type { PartitionRouter } from '../../engine/kinds.ts';
import { StreamSlice } from '../../engine/stream-slice.ts';
import { PythonError, str, type Value } from '../../lang/index.ts';
import { iterate } from '../../lang/operators.ts';
import type { Json } from '../../lib/json.ts';
import { injectSliceValue } from './slice-values.ts';

/** parity: partition_routers/list_partition_router.py:ListPartitionRouter */
export const ListPartitionRouter = component({
  type: 'ListPartitionRouter',
  kind: 'partitionRouter',
  summary: 'Reads the stream once for each value of a list.',
  example: `
    type: ListPartitionRouter
    cursor_field: section
    values: [open, closed]
    request_option:
      type: RequestOption
      inject_into: request_parameter
      field_name: section`,
  fields: () => ({
    cursor_field: template('config'),
    values: either(template('config'), list(template('config'))),
    request_option: optional(slot('requestOption', { types: ['RequestOption'] })),
  }),
  build(spec, b): PartitionRouter {
    const context = b.context();
    const field = str(b.string(spec.cursor_field).evaluate(context));
    const declared = typeof spec.values === 'string' ? valuesIn(b.string(spec.values).evaluate(context)) : spec.values;
    const values = declared ?? b.fail('values needs a list, or a template that gives one.', 'values');
    const option = spec.request_option && b.build('requestOption', spec.request_option, WITHOUT_PARAMETERS);
    return {
      partitionFields: [field],
      contributes: option !== undefined,
      contribute: (options, request) => injectSliceValue(options, request, field, option),
      async *slices() {
        for (const value of values) yield new StreamSlice({ [field]: value });
      },
    };
  },
});

/** What a template gives, as Python iterates it; undefined for what cannot be iterated. */
function valuesIn(value: Value): readonly Json[] | undefined {
  try {
    return [...iterate(value)] as Json[];
  } catch (error) {
    if (error instanceof PythonError) return undefined;
    throw error;
  }
}

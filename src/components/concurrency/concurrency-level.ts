import { component } from '../../engine/component.ts';
import { either, integer, optional, template } from '../../engine/fields.ts';
import { typeName, type Value } from '../../lang/values.ts';

/** parity: concurrency_level/concurrency_level.py:ConcurrencyLevel */
export const ConcurrencyLevel = component({
  type: 'ConcurrencyLevel',
  kind: 'concurrency',
  summary: 'How many partitions are read at a time.',
  example: `
    type: ConcurrencyLevel
    default_concurrency: "{{ config['num_workers'] or 10 }}"
    max_concurrency: 20`,
  fields: () => ({
    default_concurrency: either(integer(), template('config')),
    max_concurrency: optional(integer()),
  }),
  build(spec, b) {
    if (typeof spec.default_concurrency === 'string' && !spec.max_concurrency)
      b.fail('A default_concurrency that is a template needs a max_concurrency.', 'max_concurrency');
    const value: Value = b.string(spec.default_concurrency).evaluate(b.context());
    if (typeof value !== 'number' || !Number.isInteger(value))
      return b.fail(`default_concurrency must be a whole number, but it evaluates to a ${typeName(value)}.`, 'default_concurrency');
    return { limit: Math.max(1, spec.max_concurrency ? Math.min(value, spec.max_concurrency) : value) };
  },
});

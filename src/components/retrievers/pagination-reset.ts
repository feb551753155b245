import { component } from '../../engine/component.ts';
import { oneOf, optional, slot } from '../../engine/fields.ts';
import { createPaginationTracker } from '../../engine/pagination-tracker.ts';
import { isPlainObject } from '../../lib/objects.ts';

/** parity: parsers/model_to_component_factory.py:_create_pagination_tracker_factory */
export const PaginationReset = component({
  type: 'PaginationReset',
  kind: 'paginationReset',
  summary: 'Begins to page anew where an API pages only so far: with the whole slice, or with what the cursor says is left of it.',
  example: `
    type: PaginationReset
    action: SPLIT_USING_CURSOR
    limits:
      type: PaginationResetLimits
      number_of_records: 10000`,
  fields: () => ({
    action: oneOf('SPLIT_USING_CURSOR', 'RESET'),
    limits: optional(slot('data', { types: ['PaginationResetLimits'], defaultType: 'PaginationResetLimits' })),
  }),
  build(spec, b) {
    const selector = b.declaration?.['record_selector'];
    if (spec.limits !== undefined && isPlainObject(selector) && isPlainObject(selector['record_filter'])) {
      b.fail('Limits count the records that are left, so they cannot be used with a record_filter.', 'limits');
    }
    const limits = spec.limits && b.build('data', spec.limits, { defaultType: 'PaginationResetLimits' });
    const limit = limits?.['number_of_records'] as number | undefined;
    const cursor = spec.action === 'SPLIT_USING_CURSOR' ? b.stream?.cursor : undefined;
    return { begin: () => createPaginationTracker(cursor?.track?.(), limit) };
  },
});

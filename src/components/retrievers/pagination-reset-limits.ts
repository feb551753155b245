import { component } from '../../engine/component.ts';
import { integer, optional } from '../../engine/fields.ts';
import type { JsonObject } from '../../lib/json.ts';

/** parity: retrievers/pagination_tracker.py:PaginationTracker */
export const PaginationResetLimits = component({
  type: 'PaginationResetLimits',
  kind: 'data',
  summary: 'How many records of a slice are read before paging begins anew.',
  example: `
    type: PaginationResetLimits
    number_of_records: 10000`,
  fields: () => ({ number_of_records: optional(integer()) }),
  build: ({ number_of_records }): JsonObject => (number_of_records === undefined ? {} : { number_of_records }),
});

import { component } from '../../engine/component.ts';
import { bounded, integer, optional, text } from '../../engine/fields.ts';
import type { JsonObject } from '../../lib/json.ts';

/** parity: checks/check_stream.py:DynamicStreamCheckConfig */
export const DynamicStreamCheckConfig = component({
  type: 'DynamicStreamCheckConfig',
  kind: 'data',
  summary: 'Which streams of a template a check reads: all of them, or the first few.',
  example: `
    type: DynamicStreamCheckConfig
    dynamic_stream_name: tables
    stream_count: 1`,
  fields: () => ({ dynamic_stream_name: text(), stream_count: optional(bounded(integer(), { minimum: 1 })) }),
  build: (spec) => spec as JsonObject,
});

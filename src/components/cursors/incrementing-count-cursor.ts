import { component } from '../../engine/component.ts';
import { boolean, either, integer, optional, slot, template } from '../../engine/fields.ts';
import type { IncrementalSync } from '../../engine/kinds.ts';
import { str, type Value } from '../../lang/index.ts';
import { parseIntText } from '../../lang/numbers.ts';
import { Float, type Json, type JsonObject } from '../../lib/json.ts';
import { borderContributor, warnOnce } from './borders.ts';
import { countAxis } from './count-axis.ts';
import { cursorHazards } from './cursor-hazards.ts';
import { createIntervalCursor } from './interval-cursor.ts';
import { beginFrom, lacksValue, readValue } from './intervals.ts';
import { createLatestValue } from './latest-value.ts';

const BORDERS = ['start', 'end'] as const;

/** parity: parsers/model_to_component_factory.py:create_concurrent_cursor_from_incrementing_count_cursor */
export const IncrementingCountCursor = component({
  type: 'IncrementingCountCursor',
  kind: 'incrementalSync',
  summary: 'Reads what is new since the last sync by a number in the records that only grows.',
  example: `
    type: IncrementingCountCursor
    cursor_field: id
    start_value: 1
    start_value_option:
      type: RequestOption
      inject_into: request_parameter
      field_name: since_id`,
  fields: () => ({
    cursor_field: template('config'),
    allow_catalog_defined_cursor_field: optional(boolean()),
    start_value: optional(either(template('config'), integer())),
    start_value_option: optional(slot('requestOption', { types: ['RequestOption'] })),
  }),
  build(spec, b): IncrementalSync {
    const context = b.context();
    const declaredField = str(b.string(spec.cursor_field).evaluate(context));
    const start =
      toInteger(b.string(String(spec.start_value ?? 0)).evaluate(context)) ?? b.fail('start_value needs a whole number.', 'start_value');
    const contribute = borderContributor([[BORDERS[0], spec.start_value_option && b.build('requestOption', spec.start_value_option)]]);
    const onUnreadable = warnOnce(b, declaredField, 'is no number.');
    const allowsCatalogField = spec.allow_catalog_defined_cursor_field ?? false;
    const windowing = {
      axis: countAxis,
      start,
      end: () => Number.POSITIVE_INFINITY,
      last: undefined,
      lookback: undefined,
      step: undefined,
      granularity: undefined,
      clamp: (value: Json) => value,
      strict: false,
    };

    const open = (state: JsonObject, field: string) =>
      createIntervalCursor(
        { windowing, field, borders: BORDERS, bounded: false, contribute, future: undefined, onUnreadable },
        beginFrom({ axis: countAxis, field }, start, state),
      );
    const fieldFor = (catalogField: string | undefined): string => (allowsCatalogField && catalogField) || declaredField;
    return {
      field: declaredField,
      allowsCatalogField,
      partitionable: false,
      isDataFeed: false,
      isClientSideIncremental: false,
      isGlobal: false,
      onUnreadable,
      contribute,
      open: (state, catalogField) => open(state ?? {}, fieldFor(catalogField)),
      openPartition: (state, _lookbackSeconds, catalogField) => open(state ?? {}, fieldFor(catalogField)),
      lacksValue: (state, catalogField) => lacksValue(state, fieldFor(catalogField)),
      normalise: (value, catalogField) => readValue({ axis: countAxis, field: fieldFor(catalogField) }, value),
      latest: (initial) => createLatestValue(countAxis, initial),
      hazards: () =>
        cursorHazards(
          {
            borders: [BORDERS[0], BORDERS[1]],
            sendsStart: spec.start_value_option !== undefined,
            startOption: 'start_value_option',
            sendsEnd: false,
            isDataFeed: false,
            isClientSideIncremental: false,
            hasWindows: false,
          },
          b.declaration,
        ),
    };
  },
});

/** Python's `int(value)`; undefined where it raises. */
function toInteger(value: Value): number | bigint | undefined {
  if (typeof value === 'string') return parseIntText(value);
  if (typeof value === 'boolean') return Number(value);
  if (typeof value === 'bigint') return value;
  const number = value instanceof Float ? value.value : value;
  return typeof number === 'number' && Number.isFinite(number) ? Math.trunc(number) : undefined;
}

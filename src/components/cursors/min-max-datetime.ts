import { component } from '../../engine/component.ts';
import { optional, template, text, withDefault } from '../../engine/fields.ts';
import { createBound } from './datetime-bound.ts';

/** parity: datetime/min_max_datetime.py:MinMaxDatetime */
export const MinMaxDatetime = component({
  type: 'MinMaxDatetime',
  kind: 'datetimeBound',
  summary: 'A date with a format of its own that is kept between an earliest and a latest date.',
  example: `
    type: MinMaxDatetime
    datetime: "{{ config['start_date'] }}"
    datetime_format: "%Y-%m-%d"
    min_datetime: "2020-01-01"`,
  fields: () => ({
    datetime: template('config'),
    datetime_format: withDefault(text("How this date is written; the cursor's datetime_format unless given."), ''),
    max_datetime: optional(template('config')),
    min_datetime: optional(template('config')),
  }),
  build: (spec, b) => createBound(b, spec),
});

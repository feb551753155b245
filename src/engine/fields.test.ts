import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { components } from '../components/index.ts';
import { Float } from '../lib/json.ts';
import {
  boolean,
  bounded,
  either,
  type Fields,
  integer,
  list,
  number,
  object,
  oneOf,
  optional,
  slot,
  slotMap,
  slots,
  template,
  text,
} from './fields.ts';

const VALUES: readonly unknown[] = [
  ...[null, true, false, 0, 1, -1, 1.5, 2 ** 53, 2n ** 60n, new Float(1), new Float(0.5), Number.NaN, Number.POSITIVE_INFINITY],
  ...['', 'word', 'append', '12', '1.5', 'P1D', '{{ config }}', [], ['word'], [['word']], [1], [1, 'word'], [null], [{}]],
  ...[{}, { type: 'X' }, { one: {} }, { one: 1 }, { a: 'b' }, [{ type: 'X' }, {}], [{}, 'word'], new Date(0)],
];

const COMPOSED = {
  bounded: bounded(integer(), { minimum: 0 }),
  'list of numbers': list(number(), { atLeast: 1 }),
  'list of lists': list(list(text())),
  'text or number': either(text(), number()),
  'number or text': either(integer(), template('config')),
  'component or components': either(slot('stream'), slots('stream', { atLeast: 1 })),
  'components by name': slotMap('stream'),
  choice: optional(oneOf('append', 'word')),
  'object or boolean': either(object(), boolean()),
};

describe('a value that fits plainly', () => {
  const declared = components.flatMap(({ type, fields }) =>
    Object.entries(fields() as Fields).map(([name, field]) => [`${type}.${name}`, field] as const),
  );

  it.each([...declared, ...Object.entries(COMPOSED)])('is what the schema makes of it: %s', (_, { fitsPlainly, schema }) => {
    for (const value of VALUES.filter(fitsPlainly)) expect(z.safeParse(schema(), value)).toEqual({ success: true, data: value });
  });

  it('fits most fields', () => {
    const fitting = declared.filter(([, { fitsPlainly }]) => VALUES.some(fitsPlainly));
    expect(fitting.length / declared.length).toBeGreaterThan(0.9);
  });
});

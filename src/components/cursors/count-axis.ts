import { compare, PythonError, truth } from '../../lang/index.ts';
import { Float, type Json } from '../../lib/json.ts';
import type { Axis } from './axis.ts';

/**
 * Numbers as they stand in records and states; comparing what is none raises PythonError.
 * parity: state_converters/incrementing_count_stream_state_converter.py
 */
export const countAxis: Axis<Json> = {
  parse: (value) => value,
  fault: (value) => (isNumber(value) ? undefined : 'but the cursor needs a number'),
  tryParse: (value) => value,
  print: (value) => value,
  compare(a, b) {
    if (typeof a === 'number' && typeof b === 'number') return a < b ? -1 : Number(a > b);
    if (compare(a, b, '<')) return -1;
    return compare(a, b, '>') ? 1 : 0;
  },
  isFalsy: (value) => !truth(value),
  next(value) {
    if (typeof value === 'bigint') return value + 1n;
    const number = value instanceof Float ? value.value : value;
    if (typeof number === 'number' || typeof number === 'boolean') return Number(number) + 1;
    throw new PythonError('TypeError', 'a cursor value is no number');
  },
  tellsCovered: true,
  isCovered: (value, by) => typeof value === 'number' && typeof by === 'number' && value <= by,
  printsInOrder: (a, b) => typeof a === 'number' && typeof b === 'number' && a <= b,
};

/** As Python sees it, which counts booleans among them. */
function isNumber(value: Json): boolean {
  return ['number', 'bigint', 'boolean'].includes(typeof value) || value instanceof Float;
}

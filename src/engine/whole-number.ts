import { parseIntText } from '../lang/numbers.ts';
import { isFloat, isInt, type Value } from '../lang/values.ts';

/** What Python's `int()` makes of a value of the manifest, as long as it is exact in JavaScript; undefined where it raises. */
export function wholeNumber(value: Value): number | undefined {
  const number = numberIn(value);
  return number === undefined || !Number.isSafeInteger(number) ? undefined : number;
}

function numberIn(value: Value): number | undefined {
  if (typeof value === 'boolean') return Number(value);
  if (typeof value === 'string') {
    const parsed = parseIntText(value);
    return parsed === undefined ? undefined : Number(parsed);
  }
  if (isInt(value)) return Number(value);
  return isFloat(value) ? Math.trunc(Number(value)) : undefined;
}

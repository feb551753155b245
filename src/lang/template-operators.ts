import { itemOf } from './group.ts';
import { escapeValue, Markup, plainText } from './markup.ts';
import { getItem, multiply, power, slice } from './operators.ts';
import { str } from './repr.ts';
import { checkRepetition } from './runtime.ts';
import { isInt, PythonError, type Value } from './values.ts';

const MAX_POWER_BITS = 1_000_000;

/** An item of a value; one of a safe text is safe. */
export function subscript(value: Value, key: Value): Value {
  if (!(value instanceof Markup) || typeof key === 'string') return itemOf(value, key);
  const item = getItem(value.text, key);
  return typeof item === 'string' ? new Markup(item) : item;
}

/** A slice of a value; one of a safe text is safe. */
export function sliceOf(value: Value, start: Value, stop: Value, step: Value): Value {
  return value instanceof Markup ? new Markup(str(slice(value.text, start, stop, step))) : slice(value, start, stop, step);
}

/** The product of two values; a text or a list that is repeated too often raises MemoryError, and a safe text stays safe. */
export function repeat(a: Value, b: Value): Value {
  const [left, right] = [plainText(a), plainText(b)];
  for (const [sequence, count] of [
    [left, right],
    [right, left],
  ] as const) {
    if ((typeof sequence === 'string' || Array.isArray(sequence)) && isInt(count)) {
      checkRepetition(sequence.length, count);
    }
  }
  const product = multiply(left, right);
  return typeof product === 'string' && (a instanceof Markup || b instanceof Markup) ? new Markup(product) : product;
}

/** A power; raises MemoryError for a number of more than a million bits. */
export function boundedPower(base: Value, exponent: Value): Value {
  if ((typeof base === 'number' || typeof base === 'bigint') && (typeof exponent === 'number' || typeof exponent === 'bigint')) {
    const magnitude = base < 0 ? -base : base;
    if (magnitude > 1 && Math.log2(Number(magnitude)) * Number(exponent) > MAX_POWER_BITS && Number.isInteger(Number(exponent))) {
      throw new PythonError('MemoryError', 'the template makes a number of more than a million bits');
    }
  }
  return power(base, exponent);
}

/** The texts of values one after the other, escaped where one of them is safe. */
export function concatMarkup(parts: readonly Value[]): Value {
  if (!parts.some((part) => part instanceof Markup)) return parts.map(str).join('');
  return new Markup(parts.map((part) => escapeValue(part).text).join(''));
}

import { absolute, divide, multiply, power } from '../arithmetic.ts';
import { decodeBytes } from '../encoding.ts';
import { truncateFloat } from '../methods/number.ts';
import { parseFloatText, parseIntText } from '../numbers.ts';
import { formatPercent, roundDouble } from '../text.ts';
import { Float, isInt, makeFloat, makeInt, PythonError, tupleFrom, typeName, Undefined, type Value } from '../values.ts';
import type { FunctionSpec } from './spec.ts';
import { requireInt } from './text.ts';

/** Python's `int(value)`; undefined where it raises TypeError or ValueError. */
export function toInt(value: Value, base = 10): Value | undefined {
  if (typeof value === 'number') {
    if (Number.isInteger(value)) return value;
    return Number.isNaN(value) ? undefined : truncateFloat(value);
  }
  if (typeof value === 'string') return parseIntText(value, base);
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'bigint') return value;
  if (value instanceof Float) return truncateFloat(value.value);
  if (value instanceof Uint8Array) return parseIntText(decodeBytes(value, 'latin-1'));
  if (value instanceof Undefined) return value.fail();
  return undefined;
}

/** Python's `float(value)`; undefined where it raises TypeError or ValueError. */
export function toFloat(value: Value): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'string') return parseFloatText(value);
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value === 'bigint') {
    const number = Number(value);
    if (!Number.isFinite(number)) throw new PythonError('OverflowError', 'int too large to convert to float');
    return number;
  }
  if (value instanceof Float) return value.value;
  if (value instanceof Uint8Array) return parseFloatText(decodeBytes(value, 'latin-1'));
  if (value instanceof Undefined) return value.fail();
  return undefined;
}

// parity: jinja2/filters.py:do_int
function intFilter(value: Value, byDefault: Value, base: Value): Value {
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  const direct = typeof value === 'string' ? intOfText(value, base) : toInt(value);
  if (direct !== undefined) return direct;
  try {
    const float = toFloat(value);
    return float === undefined || Number.isNaN(float) ? byDefault : truncateFloat(float);
  } catch (error) {
    if (error instanceof PythonError && error.type === 'OverflowError') return byDefault;
    throw error;
  }
}

const PLAIN_INT = /^-?(?:0|[1-9]\d{0,14})$/;

function intOfText(text: string, base: Value): Value | undefined {
  if (base === 10 && PLAIN_INT.test(text)) return Number(text) + 0;
  if (!isInt(base) && typeof base !== 'boolean') return undefined;
  try {
    return parseIntText(text, Number(base));
  } catch (error) {
    if (error instanceof PythonError && error.type === 'ValueError') return undefined;
    throw error;
  }
}

// parity: jinja2/filters.py:do_round
function round(value: Value, precision: Value, method: Value): Value {
  if (method !== 'common' && method !== 'ceil' && method !== 'floor') {
    throw new PythonError('FilterArgumentError', 'method must be common, ceil or floor');
  }
  if (method === 'common') return roundHalfEven(value, precision);
  const scale = power(10, precision);
  const scaled = multiply(value, scale);
  return divide(wholeNumber(scaled, method === 'ceil' ? Math.ceil : Math.floor), scale);
}

function wholeNumber(value: Value, towards: (value: number) => number): Value {
  if (isInt(value)) return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value !== 'number' && !(value instanceof Float))
    throw new PythonError('TypeError', `must be real number, not ${typeName(value)}`);
  return truncateFloat(towards(Number(value)) + 0);
}

/** Python's `round(value, digits)`. */
function roundHalfEven(value: Value, digits: Value): Value {
  const isWhole = isInt(value) || typeof value === 'boolean';
  if (!isWhole && typeof value !== 'number' && !(value instanceof Float)) {
    throw new PythonError('TypeError', `type ${typeName(value)} doesn't define __round__ method`);
  }
  const places = digits === null ? 0 : requireInt(digits);
  if (isWhole) return roundInt(BigInt(value), places);
  const rounded = roundDouble(Number(value), places);
  return digits === null ? truncateFloat(rounded) : makeFloat(rounded);
}

function roundInt(value: bigint, places: number): Value {
  if (places >= 0) return makeInt(value);
  const unit = 10n ** BigInt(Math.min(-places, 5000));
  const down = value / unit - (value % unit < 0n ? 1n : 0n);
  const twice = (value - down * unit) * 2n;
  const isUp = twice > unit || (twice === unit && down % 2n !== 0n);
  return makeInt((isUp ? down + 1n : down) * unit);
}

const SIZES = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB', 'ZB', 'YB'];

// parity: jinja2/filters.py:do_filesizeformat
function fileSize(value: Value, binary: boolean): string {
  const bytes = toFloat(value);
  if (bytes === undefined) {
    if (typeof value === 'string') throw new PythonError('ValueError', `could not convert string to float: '${value}'`);
    throw new PythonError('TypeError', `float() argument must be a string or a real number, not '${typeName(value)}'`);
  }
  const base = binary ? 1024 : 1000;
  if (bytes === 1) return '1 Byte';
  if (bytes < base) return `${truncateFloat(bytes)} Bytes`;
  let power = 1;
  while (power < SIZES.length - 1 && bytes >= base ** (power + 1)) power++;
  const size = formatPercent('%.1f', tupleFrom([makeFloat((base * bytes) / base ** (power + 1))]));
  const unit = SIZES[power] as string;
  return `${size} ${binary ? `${unit[0]?.toUpperCase()}iB` : unit}`;
}

function itself(value: number): number {
  return value;
}

/** A float as an integer; NaN for one beyond the integers that a number holds exactly. */
function cut(value: number): number {
  const integer = Math.trunc(value);
  return Number.isSafeInteger(integer) ? integer + 0 : Number.NaN;
}

/** The filters on numbers. */
export const numberFilters: readonly FunctionSpec[] = [
  {
    name: 'abs',
    parameters: [['x']],
    doc: 'The number without its sign.',
    examples: [['{{ (0 - 3) | abs }}', '3']],
    run: (_runtime, value: Value) => absolute(value),
  },
  {
    name: 'int',
    parameters: [['value'], ['default', 0], ['base', 10]],
    doc: 'The value as an integer: a float is cut, a text is read (in another base when one is given); the default where that fails.',
    examples: [
      ["{{ '42.9' | int }}", '42'],
      ["{{ 'abc' | int(7) }}", '7'],
      ["{{ '0x1A' | int(0, 16) }}", '26'],
    ],
    onNumber: (isFloat) => ({ isFloat: false, compute: isFloat ? cut : itself }),
    run: (_runtime, value: Value, byDefault: Value, base: Value) => intFilter(value, byDefault, base),
  },
  {
    name: 'float',
    parameters: [['value'], ['default', new Float(0)]],
    doc: 'The value as a float; the default where that fails.',
    examples: [
      ["{{ '1.50' | float }}", '1.5'],
      ["{{ 'abc' | float }}", '0.0'],
    ],
    onNumber: () => ({ isFloat: true, compute: itself }),
    run: (_runtime, value: Value, byDefault: Value) => {
      const number = toFloat(value);
      return number === undefined ? byDefault : makeFloat(number);
    },
  },
  {
    name: 'round',
    parameters: [['value'], ['precision', 0], ['method', 'common']],
    doc: 'The number rounded to a precision: halves to the even digit, or always up (`ceil`) or down (`floor`). A float stays a float.',
    examples: [
      ['{{ 2.5 | round }}', '2.0'],
      ["{{ 42.55 | round(1, 'floor') }}", '42.5'],
    ],
    run: (_runtime, value: Value, precision: Value, method: Value) => round(value, precision, method),
  },
  {
    name: 'filesizeformat',
    parameters: [['value'], ['binary', false]],
    doc: 'A number of bytes as people read it, in powers of 1000, or of 1024 when `binary` is true.',
    examples: [['{{ 13000 | filesizeformat }}', '13.0 kB']],
    run: (_runtime, value: Value, binary: Value) => fileSize(value, binary === true || (binary !== false && Boolean(binary))),
  },
];

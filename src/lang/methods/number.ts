import { strip } from '../../lib/trim.ts';
import { bitLength } from '../arithmetic.ts';
import { truth } from '../comparison.ts';
import { exactRatio, nearestDouble } from '../doubles.ts';
import { iterate } from '../sequence.ts';
import { type Float, makeFloat, makeInt, makeTuple, PythonError, type Value } from '../values.ts';
import { intArgument, type Members, type Method, named, positional, textArgument } from './method.ts';

type Int = number | bigint | boolean;

function toBytes(value: bigint, size: number, order: string, signed: boolean): Uint8Array {
  if (size < 0) throw new PythonError('ValueError', 'length argument must be non-negative');
  checkOrder(order);
  const bits = BigInt(size) * 8n;
  const largest = signed ? (bits === 0n ? 0n : 1n << (bits - 1n)) : 1n << bits;
  if (value < 0n && !signed) throw new PythonError('OverflowError', "can't convert negative int to unsigned");
  if (size === 0 ? value !== 0n : value >= largest || value < -largest) throw new PythonError('OverflowError', 'int too big to convert');
  const digits = BigInt.asUintN(size * 8, value)
    .toString(16)
    .padStart(size * 2, '0');
  const bytes = Uint8Array.from({ length: size }, (_, index) => Number.parseInt(digits.slice(index * 2, index * 2 + 2), 16));
  return order === 'big' ? bytes : bytes.reverse();
}

function fromBytes(source: Value, order: string, signed: boolean): number | bigint {
  checkOrder(order);
  const bytes = source instanceof Uint8Array ? Array.from(source) : Array.from(iterate(source), byteOf);
  if (order === 'little') bytes.reverse();
  let value = 0n;
  for (const byte of bytes) value = value * 256n + BigInt(byte);
  return makeInt(signed ? BigInt.asIntN(bytes.length * 8, value) : value);
}

function byteOf(value: Value): number {
  const byte = intArgument(value);
  if (byte < 0 || byte > 255) throw new PythonError('ValueError', 'bytes must be in range(0, 256)');
  return byte;
}

function checkOrder(order: string): void {
  if (order !== 'big' && order !== 'little') throw new PythonError('ValueError', "byteorder must be either 'little' or 'big'");
}

function toInt(value: Int): number | bigint {
  return typeof value === 'boolean' ? Number(value) : value;
}

function onesOf(value: bigint): number {
  return (value < 0n ? -value : value).toString(2).replaceAll('0', '').length;
}

const intMethods: Record<string, Method<Int>> = {
  as_integer_ratio: positional(0, 0, (value) => makeTuple(toInt(value), 1)),
  bit_count: positional(0, 0, (value) => onesOf(BigInt(value))),
  bit_length: positional(0, 0, (value) => bitLength(toInt(value))),
  conjugate: positional(0, 0, toInt),
  from_bytes: named(['bytes', 'byteorder', 'signed'], 1, (_, [bytes, order = 'big', signed = false]) =>
    fromBytes(bytes as Value, textArgument(order), truth(signed)),
  ),
  to_bytes: named(['length', 'byteorder', 'signed'], 0, (value, [size = 1, order = 'big', signed = false]) =>
    toBytes(BigInt(value), intArgument(size), textArgument(order), truth(signed)),
  ),
};

/** What an int (and a bool) offers. */
export const intMembers: Members<Int> = {
  methods: new Map(Object.entries(intMethods)),
  properties: new Map<string, (value: Int) => Value>([
    ['denominator', () => 1],
    ['imag', () => 0],
    ['numerator', toInt],
    ['real', toInt],
  ]),
};

type FloatValue = number | Float;

function integerRatio(value: number): Value {
  if (Number.isNaN(value)) throw new PythonError('ValueError', 'cannot convert NaN to integer ratio');
  if (!Number.isFinite(value)) throw new PythonError('OverflowError', 'cannot convert Infinity to integer ratio');
  const [numerator, denominator] = exactRatio(value);
  return makeTuple(makeInt(numerator), makeInt(denominator));
}

// parity: CPython Objects/floatobject.c:float_hex
function floatHex(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const magnitude = Math.abs(value);
  if (magnitude === Infinity) return `${sign}inf`;
  if (magnitude === 0) return `${sign}0x0.0p+0`;
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, magnitude);
  const raw = bits.getBigUint64(0);
  const biased = Number(raw >> 52n);
  const exponent = biased === 0 ? -1022 : biased - 1023;
  const fraction = (raw & 0xfffffffffffffn).toString(16).padStart(13, '0');
  return `${sign}0x${biased === 0 ? 0 : 1}.${fraction}p${exponent < 0 ? '-' : '+'}${Math.abs(exponent)}`;
}

const HEX_FLOAT = /^([-+]?)(?:(inf(?:inity)?)|(nan)|(?:0x)?([0-9a-f]*)(?:\.([0-9a-f]*))?(?:p([-+]?\d+))?)$/i;

/** Python's `float.fromhex`; raises ValueError, OverflowError. */
function fromHex(text: string): Value {
  const match = HEX_FLOAT.exec(strip(text));
  const [, sign, infinite, nan, whole = '', fraction = '', exponent = '0'] = match ?? [];
  if (!match || (!infinite && !nan && whole + fraction === '')) {
    throw new PythonError('ValueError', 'invalid hexadecimal floating-point string');
  }
  const magnitude = infinite ? Infinity : nan ? Number.NaN : hexMagnitude(whole, fraction, Number(exponent));
  return makeFloat(sign === '-' ? -magnitude : magnitude);
}

function hexMagnitude(whole: string, fraction: string, exponent: number): number {
  const mantissa = BigInt(`0x${whole}${fraction}`);
  const magnitude = nearestDouble(mantissa, 1n, Math.max(exponent, -1e6) - 4 * fraction.length);
  if (!Number.isFinite(magnitude)) {
    throw new PythonError('OverflowError', 'hexadecimal value too large to represent as a float');
  }
  return magnitude;
}

const floatMethods: Record<string, Method<FloatValue>> = {
  as_integer_ratio: positional(0, 0, (value) => integerRatio(Number(value))),
  conjugate: positional(0, 0, (value) => value),
  fromhex: positional(1, 1, (_, [text]) => fromHex(textArgument(text as Value))),
  hex: positional(0, 0, (value) => floatHex(Number(value))),
  is_integer: positional(0, 0, (value) => Number.isInteger(Number(value))),
};

/** What a float offers. */
export const floatMembers: Members<FloatValue> = {
  methods: new Map(Object.entries(floatMethods)),
  properties: new Map<string, (value: FloatValue) => Value>([
    ['imag', () => makeFloat(0)],
    ['real', (value) => value],
  ]),
};

/** Python's `int(value)` of a float: its whole part; raises ValueError for NaN, OverflowError for infinities. */
export function truncateFloat(value: number): number | bigint {
  if (Number.isNaN(value)) throw new PythonError('ValueError', 'cannot convert float NaN to integer');
  if (!Number.isFinite(value)) throw new PythonError('OverflowError', 'cannot convert float infinity to integer');
  return makeInt(BigInt(Math.trunc(value)));
}

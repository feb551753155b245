import { numberOf, setOf } from './comparison.ts';
import { Complex, complexPower } from './complex.ts';
import { bitCount, nearestDouble } from './doubles.ts';
import { formatBytesPercent, formatPercent } from './percent.ts';
import { powerOfDoubles } from './power.ts';
import { indexOf, iterate } from './sequence.ts';
import { addTimes, divideTimes, floorDivideTimes, moduloTimes, multiplyTimes, negateTime, positiveTime, subtractTimes } from './times.ts';
import {
  Float,
  isDict,
  isInt,
  makeFloat,
  makeInt,
  PySet,
  PythonError,
  Tuple,
  tupleFrom,
  typeName,
  Undefined,
  type Value,
} from './values.ts';

// The most items, characters or bits that one operation may produce: beyond it the reference would run out of memory.
const LARGEST_RESULT = 1 << 28;

type Numeric = number | bigint;

/** Whether both operands are ints (or booleans) once `numberOf` has read them; a float is boxed or has a fraction. */
function bothInts(a: Value, b: Value): boolean {
  return isIntLike(a) && isIntLike(b);
}

function isIntLike(value: Value): boolean {
  return typeof value === 'boolean' || isInt(value);
}

function toDouble(value: Numeric): number {
  if (typeof value === 'number') return value;
  const double = Number(value);
  if (!Number.isFinite(double)) throw new PythonError('OverflowError', 'int too large to convert to float');
  return double;
}

function unsupported(operator: string, a: Value, b: Value): never {
  if (a instanceof Undefined) return a.fail();
  if (b instanceof Undefined) return b.fail();
  throw new PythonError('TypeError', `unsupported operand type(s) for ${operator}: '${typeName(a)}' and '${typeName(b)}'`);
}

/** Python's `a + b`; raises TypeError for operands of types that do not go together. */
export function add(a: Value, b: Value): Value {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (!Number.isInteger(sum)) return sum;
    if (!Number.isInteger(a) || !Number.isInteger(b)) return new Float(sum);
    return Number.isSafeInteger(sum) ? sum : BigInt(a) + BigInt(b);
  }
  if (typeof a === 'string' && typeof b === 'string') return a + b;
  const left = numberOf(a);
  const right = numberOf(b);
  if (left !== undefined && right !== undefined) {
    return bothInts(a, b) ? makeInt(BigInt(left) + BigInt(right)) : makeFloat(toDouble(left) + toDouble(right));
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    if (a instanceof Tuple && b instanceof Tuple) return tupleFrom([...a, ...b]);
    if (!(a instanceof Tuple) && !(b instanceof Tuple)) return [...a, ...b];
  }
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Uint8Array.from([...a, ...b]);
  if (isComplexPair(a, b)) return toComplex(a).add(toComplex(b));
  return addTimes(a, b) ?? unsupported('+', a, b);
}

/** Python's `a - b`; raises TypeError for operands of types that do not go together. */
export function subtract(a: Value, b: Value): Value {
  if (typeof a === 'number' && typeof b === 'number') {
    const difference = a - b;
    if (!Number.isInteger(difference)) return difference;
    if (!Number.isInteger(a) || !Number.isInteger(b)) return new Float(difference);
    return Number.isSafeInteger(difference) ? difference : BigInt(a) - BigInt(b);
  }
  const left = numberOf(a);
  const right = numberOf(b);
  if (left !== undefined && right !== undefined) {
    return bothInts(a, b) ? makeInt(BigInt(left) - BigInt(right)) : makeFloat(toDouble(left) - toDouble(right));
  }
  const leftSet = setOf(a);
  const rightSet = leftSet && (setOf(b) ?? (a instanceof PySet ? undefined : iterableOperand(b)));
  if (leftSet && rightSet) return difference(leftSet, rightSet);
  if (isComplexPair(a, b)) return toComplex(a).subtract(toComplex(b));
  return subtractTimes(a, b) ?? unsupported('-', a, b);
}

// A view of a dict takes any iterable away, a set only sets and views.
function iterableOperand(value: Value): PySet | undefined {
  return Array.isArray(value) || typeof value === 'string' || isDict(value) ? new PySet(iterate(value)) : undefined;
}

function difference(a: PySet, b: PySet): PySet {
  const result = new PySet();
  for (const item of a) if (!b.has(item)) result.add(item);
  return result;
}

/** Python's `a * b`, repetition of texts and lists included; raises TypeError, MemoryError for a result beyond all bounds. */
export function multiply(a: Value, b: Value): Value {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b;
    if (!Number.isInteger(product)) return product;
    if (!Number.isInteger(a) || !Number.isInteger(b)) return new Float(product);
    return Number.isSafeInteger(product) ? product + 0 : makeInt(BigInt(a) * BigInt(b));
  }
  const left = numberOf(a);
  const right = numberOf(b);
  if (left !== undefined && right !== undefined) {
    if (!bothInts(a, b)) return makeFloat(toDouble(left) * toDouble(right));
    checkBits(bitLength(left) + bitLength(right));
    return makeInt(BigInt(left) * BigInt(right));
  }
  if (isSequence(a) && isIntLike(b)) return repeat(a, b);
  if (isSequence(b) && isIntLike(a)) return repeat(b, a);
  if (isComplexPair(a, b)) return toComplex(a).multiply(toComplex(b));
  if (a instanceof Undefined) return a.fail();
  if (b instanceof Undefined) return b.fail();
  if (isSequence(a)) throw new PythonError('TypeError', `can't multiply sequence by non-int of type '${typeName(b)}'`);
  return multiplyTimes(a, b) ?? unsupported('*', a, b);
}

type Sequence = string | Value[] | Uint8Array;

function isSequence(value: Value): value is Sequence {
  return typeof value === 'string' || Array.isArray(value) || value instanceof Uint8Array;
}

function repeat(sequence: Sequence, times: Value): Value {
  const count = Math.max(0, indexOf(times) as number);
  if (sequence.length * count > LARGEST_RESULT) throw new PythonError('MemoryError', 'the repeated sequence is too large');
  if (typeof sequence === 'string') return sequence.repeat(count);
  const items: Value[] = [];
  if (sequence.length > 0) for (let i = 0; i < count; i++) for (const item of sequence) items.push(item);
  if (sequence instanceof Uint8Array) return Uint8Array.from(items as number[]);
  return sequence instanceof Tuple ? tupleFrom(items) : items;
}

/** Python's `a / b`, always a float between numbers; raises ZeroDivisionError, TypeError. */
export function divide(a: Value, b: Value): Value {
  if (typeof a === 'number' && typeof b === 'number') {
    if (b === 0) throw new PythonError('ZeroDivisionError', 'division by zero');
    const quotient = a / b;
    return Number.isInteger(quotient) ? new Float(quotient) : quotient;
  }
  const left = numberOf(a);
  const right = numberOf(b);
  if (left !== undefined && right !== undefined) {
    if (right === 0) throw new PythonError('ZeroDivisionError', bothInts(a, b) ? 'division by zero' : 'float division by zero');
    if (typeof left === 'number' && typeof right === 'number') {
      return makeFloat(left / right);
    }
    return makeFloat(bothInts(a, b) ? divideInts(BigInt(left), BigInt(right)) : toDouble(left) / toDouble(right));
  }
  if (isComplexPair(a, b)) return toComplex(a).divide(toComplex(b));
  return divideTimes(a, b) ?? unsupported('/', a, b);
}

/** The double nearest to the quotient of two ints; raises OverflowError. */
function divideInts(a: bigint, b: bigint): number {
  const value = nearestDouble(a < 0n ? -a : a, b < 0n ? -b : b);
  if (!Number.isFinite(value)) throw new PythonError('OverflowError', 'integer division result too large for a float');
  return a < 0n !== b < 0n ? -value : value;
}

/** Python's `a // b`, rounding down; raises ZeroDivisionError, TypeError. */
export function floorDivide(a: Value, b: Value): Value {
  const left = numberOf(a);
  const right = numberOf(b);
  if (left === undefined || right === undefined) return floorDivideTimes(a, b) ?? unsupported('//', a, b);
  const ints = bothInts(a, b);
  if (right === 0) throw new PythonError('ZeroDivisionError', ints ? 'integer division or modulo by zero' : 'float floor division by zero');
  if (!ints) return makeFloat(floorDivideDoubles(toDouble(left), toDouble(right)));
  if (typeof left === 'number' && typeof right === 'number') {
    const rest = left % right;
    const quotient = (left - rest) / right;
    return (rest !== 0 && rest < 0 !== right < 0 ? quotient - 1 : quotient) + 0;
  }
  const dividend = BigInt(left);
  const divisor = BigInt(right);
  return makeInt((dividend - moduloBigints(dividend, divisor)) / divisor);
}

// parity: CPython Objects/floatobject.c:_float_div_mod
function floorDivideDoubles(a: number, b: number): number {
  const rest = a % b;
  const quotient = (a - rest) / b - (rest !== 0 && rest < 0 !== b < 0 ? 1 : 0);
  if (quotient === 0) return a / b < 0 || Object.is(a / b, -0) ? -0 : 0;
  const floor = Math.floor(quotient);
  return quotient - floor > 0.5 ? floor + 1 : floor;
}

/** Python's `a % b`: the remainder with the sign of `b`, or the formatting of a text; raises ZeroDivisionError, TypeError, ValueError. */
export function modulo(a: Value, b: Value): Value {
  if (typeof a === 'string') return formatPercent(a, b);
  if (a instanceof Uint8Array) return formatBytesPercent(a, b);
  const left = numberOf(a);
  const right = numberOf(b);
  if (left === undefined || right === undefined) return moduloTimes(a, b) ?? unsupported('%', a, b);
  const ints = bothInts(a, b);
  if (right === 0) throw new PythonError('ZeroDivisionError', ints ? 'integer modulo by zero' : 'float modulo');
  if (!ints) return makeFloat(moduloDoubles(toDouble(left), toDouble(right)));
  if (typeof left === 'number' && typeof right === 'number') return moduloDoubles(left, right) + 0;
  return makeInt(moduloBigints(BigInt(left), BigInt(right)));
}

function moduloDoubles(a: number, b: number): number {
  const rest = a % b;
  if (rest === 0) return b < 0 ? -0 : 0;
  return rest < 0 !== b < 0 ? rest + b : rest;
}

function moduloBigints(a: bigint, b: bigint): bigint {
  const rest = a % b;
  return rest !== 0n && rest < 0n !== b < 0n ? rest + b : rest;
}

/** Python's `a ** b`: exact between ints, a float for a negative exponent; raises ZeroDivisionError, OverflowError, TypeError. */
export function power(a: Value, b: Value): Value {
  const base = numberOf(a);
  const exponent = numberOf(b);
  if (base === undefined || exponent === undefined) {
    return isComplexPair(a, b) ? complexPower(toComplex(a), toComplex(b)) : unsupported('** or pow()', a, b);
  }
  if (!bothInts(a, b) || exponent < 0) return floatPower(toDouble(base), toDouble(exponent));
  if (base === 0 || base === 1) return exponent === 0 ? 1 : base;
  if (base === -1) return BigInt(exponent) % 2n === 0n ? 1 : -1;
  checkBits(bitLength(base) * Number(exponent));
  return makeInt(BigInt(base) ** BigInt(exponent));
}

function floatPower(base: number, exponent: number): Value {
  if (base === 0 && exponent < 0) throw new PythonError('ZeroDivisionError', '0.0 cannot be raised to a negative power');
  if (base < 0 && Number.isFinite(base) && Number.isFinite(exponent) && !Number.isInteger(exponent)) {
    return complexPower(new Complex(base, 0), new Complex(exponent, 0));
  }
  const result = powerOfDoubles(base, exponent);
  if (!Number.isFinite(result) && Number.isFinite(base) && Number.isFinite(exponent)) {
    throw new PythonError('OverflowError', "(34, 'Numerical result out of range')");
  }
  return makeFloat(result);
}

/** The number of bits of an int's magnitude. */
export function bitLength(value: Numeric): number {
  if (typeof value === 'number' && Math.abs(value) < 2 ** 31) return 32 - Math.clz32(Math.abs(value));
  return bitCount(value < 0 ? -BigInt(value) : BigInt(value));
}

function checkBits(bits: number): void {
  if (bits > LARGEST_RESULT >> 2) throw new PythonError('MemoryError', 'the int is too large');
}

/** Python's `-value`; raises TypeError. */
export function negate(value: Value): Value {
  if (typeof value === 'number') return value === 0 ? 0 : -value;
  const number = numberOf(value);
  if (typeof number === 'bigint') return makeInt(-number);
  if (number !== undefined) return value instanceof Float ? makeFloat(-number) : -number + 0;
  if (value instanceof Undefined) return value.fail();
  if (value instanceof Complex) return value.negate();
  return negateTime(value) ?? badUnary('-', value);
}

/** Python's `+value`; raises TypeError. */
export function positive(value: Value): Value {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (numberOf(value) !== undefined || value instanceof Complex) return value;
  if (value instanceof Undefined) return value.fail();
  return positiveTime(value) ?? badUnary('+', value);
}

/** Python's `abs()`; raises TypeError. */
export function absolute(value: Value): Value {
  const number = numberOf(value);
  if (number !== undefined) {
    if (typeof number === 'bigint') return number < 0n ? makeInt(-number) : number;
    return value instanceof Float ? makeFloat(Math.abs(number)) : Math.abs(number);
  }
  if (value instanceof Complex) return makeFloat(Math.hypot(value.real, value.imaginary));
  throw new PythonError('TypeError', `bad operand type for abs(): '${typeName(value)}'`);
}

function badUnary(operator: string, value: Value): never {
  throw new PythonError('TypeError', `bad operand type for unary ${operator}: '${typeName(value)}'`);
}

function isComplexPair(a: Value, b: Value): boolean {
  return (a instanceof Complex || b instanceof Complex) && isComplexOperand(a) && isComplexOperand(b);
}

function isComplexOperand(value: Value): boolean {
  return value instanceof Complex || numberOf(value) !== undefined;
}

function toComplex(value: Value): Complex {
  return value instanceof Complex ? value : new Complex(toDouble(numberOf(value) as Numeric), 0);
}

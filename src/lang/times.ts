import { CalendarDate, ClockTime, DateError, DateTime, Delta, Duration, Zone } from '../lib/time/index.ts';
import { isFloat, isInt, isTime, makeFloat, makeInt, PythonError, type Time, type Value } from './values.ts';

/** Calls what may end in a DateError, which becomes the PythonError of the same type. */
export function timeCall<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    if (error instanceof DateError) throw new PythonError(error.type, error.message);
    throw error;
  }
}

/** Whether a value of the datetime module counts as true: all but a timedelta of zero. */
export function timeTruth(value: Value): boolean {
  return !(value instanceof Delta && value.isZero());
}

/** Whether two values of the datetime module are equal; values of different types never are. */
export function equalTimes(a: Time, b: Time): boolean {
  if (a instanceof Duration) return (b instanceof Duration || b instanceof Delta) && a.equals(b);
  if (a.constructor !== b.constructor) return b instanceof Duration && equalTimes(b, a);
  if (a instanceof Zone) return b instanceof Zone && a.offset === b.offset;
  return (a as DateTime).equals(b as DateTime);
}

/** Negative, zero or positive by order, undefined for types that have none; raises TypeError for a naive and an aware time. */
export function compareTimes(a: Time, b: Time): number | undefined {
  if (a.constructor !== b.constructor || a instanceof Zone || a instanceof Duration) return undefined;
  return timeCall(() => (a as DateTime).compare(b as DateTime));
}

/** `str()` of a value of the datetime module, undefined for any other. */
export function strTime(value: Value): string | undefined {
  return isTime(value) ? value.toString() : undefined;
}

/** `repr()` of a value of the datetime module, undefined for any other. */
export function reprTime(value: Value): string | undefined {
  return isTime(value) ? value.repr() : undefined;
}

type Dated = DateTime | CalendarDate;

function isDated(value: Value): value is Dated {
  return value instanceof DateTime || value instanceof CalendarDate;
}

type Length = Delta | Duration;

function isLength(value: Value): value is Length {
  return value instanceof Delta || value instanceof Duration;
}

/** `a + b` where one is of the datetime module, undefined where that has no meaning; raises OverflowError, ValueError. */
export function addTimes(a: Value, b: Value): Value | undefined {
  return timeCall(() => {
    if (isDated(a)) return isLength(b) ? moveBy(a, b) : undefined;
    if (isDated(b)) return isLength(a) ? moveBy(b, a) : undefined;
    if (!isLength(a) || !isLength(b)) return undefined;
    if (a instanceof Duration) return a.add(b);
    return b instanceof Duration ? b.add(a) : a.add(b);
  });
}

function moveBy(date: Dated, length: Length): Dated {
  return length instanceof Duration ? length.addTo(date) : date.add(length);
}

/** `a - b` where one is of the datetime module, undefined where that has no meaning; raises OverflowError, ValueError, TypeError. */
export function subtractTimes(a: Value, b: Value): Value | undefined {
  return timeCall(() => {
    if (isDated(a) && isLength(b)) return b instanceof Duration ? b.subtractFrom(a) : a.subtract(b);
    if (isLength(a) && isLength(b)) return subtractLengths(a, b);
    if (a instanceof DateTime && b instanceof DateTime) return a.difference(b);
    return a instanceof CalendarDate && b instanceof CalendarDate ? a.difference(b) : undefined;
  });
}

function subtractLengths(a: Length, b: Length): Length {
  if (a instanceof Duration) return a.subtract(b);
  return b instanceof Duration ? Duration.fromDelta(a).subtract(b) : a.subtract(b);
}

/** A number that a timedelta can be multiplied with, undefined for other values. */
function factorOf(value: Value): number | bigint | undefined {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (isFloat(value)) return Number(value);
  return isInt(value) ? value : undefined;
}

/** `timedelta * number`, either way round; undefined for other values. */
export function multiplyTimes(a: Value, b: Value): Value | undefined {
  if (isLength(b)) return isLength(a) ? undefined : multiplyTimes(b, a);
  const factor = factorOf(b);
  if (a instanceof Duration) return factor === undefined || isFloat(b) ? undefined : timeCall(() => a.multiply(BigInt(factor)));
  return a instanceof Delta && factor !== undefined ? timeCall(() => a.multiply(factor)) : undefined;
}

/** `timedelta / timedelta` or `/ number`; undefined for other values. */
export function divideTimes(a: Value, b: Value): Value | undefined {
  if (!(a instanceof Delta)) return undefined;
  if (b instanceof Delta) return timeCall(() => makeFloat(a.ratio(b)));
  const divisor = factorOf(b);
  return divisor === undefined ? undefined : timeCall(() => a.divide(divisor));
}

/** `timedelta // timedelta` or `// int`; undefined for other values. */
export function floorDivideTimes(a: Value, b: Value): Value | undefined {
  if (!(a instanceof Delta)) return undefined;
  if (b instanceof Delta) return timeCall(() => makeInt(a.floorRatio(b)));
  const divisor = isFloat(b) ? undefined : factorOf(b);
  return divisor === undefined ? undefined : timeCall(() => a.floorDivide(divisor));
}

/** `timedelta % timedelta`; undefined for other values. */
export function moduloTimes(a: Value, b: Value): Value | undefined {
  return a instanceof Delta && b instanceof Delta ? timeCall(() => a.modulo(b)) : undefined;
}

/** `-timedelta` or `-duration`; undefined for other values. */
export function negateTime(value: Value): Value | undefined {
  return isLength(value) ? timeCall(() => value.negate()) : undefined;
}

/** `+timedelta`; undefined for other values. */
export function positiveTime(value: Value): Value | undefined {
  return value instanceof Delta ? value : undefined;
}

/** The text of `format(value, spec)` for a value of the datetime module: strftime, its str for an empty spec. */
export function formatTime(value: Time, spec: string): string {
  if (spec === '') return value.toString();
  if (value instanceof DateTime || value instanceof CalendarDate || value instanceof ClockTime) return timeCall(() => value.strftime(spec));
  throw new PythonError('TypeError', 'unsupported format string passed to object.__format__');
}

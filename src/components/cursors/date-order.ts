import { Float, type Json } from '../../lib/json.ts';
import type { DateTime } from '../../lib/time/index.ts';

/** Date parts from the longest to the shortest, with the width of each. */
const PARTS = 'YmdHMSf';
const WIDTHS: Readonly<Record<string, number>> = { Y: 4, m: 2, d: 2, H: 2, M: 2, S: 2 };
/** Formats of numbers, with how many of their units are in a second. */
const EPOCHS: ReadonlyMap<string, number> = new Map([
  ['%s', 1],
  ['%s_as_float', 1],
  ['%ms', 1000],
  ['%epoch_microseconds', 1_000_000],
]);
// Letters match in either case, and a blank matches several: only capitals and signs stand where they stand in the format.
const LITERAL = /^[!-$&-`{-~]*$/;

/** What the order of the texts of a format tells about the order of their times. */
export interface DateOrder {
  /** Whether a time written as `value` is surely no later than one written as `by`, and prints no greater; `by` was read with the format. */
  isCovered(value: Json, by: Json): boolean;
  /** Whether the text that prints `a` is surely no greater than the one that prints `b`. */
  printsInOrder(a: DateTime, b: DateTime): boolean;
}

/** The year 1000 in seconds since 1970: earlier years print with fewer digits. */
const YEAR_1000 = -30_610_224_000;
const DAY = 86_400;
/** Between these seconds since 1970 numbers of seconds print with ten digits. */
const TEN_DIGITS = [1_000_000_000, 9_999_999_999] as const;

/**
 * The order of a format's texts. Texts of a calendar format are ordered as their times when its parts go from the year to ever smaller
 * ones, every part is as wide as it can be, and what stands between them is the same: then the first differing digit is that of the largest
 * differing part. A part cannot be wider, so two texts of the full length are aligned; only a fraction of seconds may be shorter, and with one
 * the sign before it has to stand where it does in the full length. Numbers of seconds are ordered by themselves.
 */
export function dateOrderOf(format: string): DateOrder {
  const unit = EPOCHS.get(format);
  if (unit !== undefined) {
    const [lowest, highest] = [TEN_DIGITS[0] * unit, TEN_DIGITS[1] * unit];
    return {
      isCovered(value, by) {
        const [number, most] = [numberIn(value), numberIn(by)];
        return number <= most && number >= lowest && most <= highest;
      },
      printsInOrder: (a, b) => hasTenDigits(a) && hasTenDigits(b) && a.compare(b) <= 0,
    };
  }
  const layout = layoutOf(format);
  const withoutOffset = layoutOf(format.replace(/%z$/, ''));
  return {
    isCovered: layout === undefined ? () => false : coverageOf(layout),
    printsInOrder: withoutOffset === undefined ? () => false : isNoLaterByClock,
  };
}

/** A number, a float without a fraction included; NaN for anything else. */
function numberIn(value: Json): number {
  if (typeof value === 'number') return value;
  return value instanceof Float && value.source === undefined ? value.value : Number.NaN;
}

/** A day is left at both ends for the offset of the clock. */
function hasTenDigits({ seconds }: DateTime): boolean {
  return seconds >= TEN_DIGITS[0] + DAY && seconds <= TEN_DIGITS[1] - DAY;
}

/** By the clock that is printed; the offsets are equal, so it does not matter whether they are printed. */
function isNoLaterByClock(a: DateTime, b: DateTime): boolean {
  if (a.zone?.offset !== b.zone?.offset || a.seconds < YEAR_1000) return false;
  return a.seconds < b.seconds || (a.seconds === b.seconds && a.microsecond <= b.microsecond);
}

function coverageOf({ length, dayAt, fractionSign, pattern }: Layout): DateOrder['isCovered'] {
  let checked: string | undefined;
  let isWhole = false;
  const isWholeText = (text: string): boolean => {
    if (text !== checked) {
      checked = text;
      isWhole = pattern.test(text);
    }
    return isWhole;
  };
  return (value, by) => {
    if (typeof value !== 'string' || typeof by !== 'string' || value.length !== by.length || value > by) return false;
    if (fractionSign === undefined ? value.length !== length : value.charCodeAt(fractionSign.at) !== fractionSign.code) return false;
    // A day may be written with a blank instead of its zero, which would come before all digits; a year before 1000 prints without its zero.
    return (dayAt === undefined || value.charCodeAt(dayAt) !== 32) && value >= '1' && isWholeText(by);
  };
}

interface Layout {
  /** Characters of a text without a fraction, or before it. */
  readonly length: number;
  readonly dayAt: number | undefined;
  /** The sign before the fraction of seconds. */
  readonly fractionSign: { readonly at: number; readonly code: number } | undefined;
  /** Matches texts of ASCII digits with every part in full width. */
  readonly pattern: RegExp;
}

/** Undefined when the order of the texts says nothing. */
function layoutOf(format: string): Layout | undefined {
  const pieces = [...format.matchAll(/%([\s\S])|([^%]+)/g)];
  let source = '';
  let length = 0;
  let part = -1;
  let dayAt: number | undefined;
  let fractionSign: Layout['fractionSign'];
  for (const [, letter, literal] of pieces) {
    if (literal !== undefined) {
      if (!LITERAL.test(literal)) return undefined;
      source += literal.replace(/[^\w]/g, '\\$&');
      length += literal.length;
      continue;
    }
    const next = PARTS.indexOf(letter as string);
    if (next <= part || (part < 0 && letter !== 'Y')) return undefined;
    part = next;
    if (letter === 'd') dayAt = length;
    if (letter === 'f') {
      fractionSign = signBefore(format, length);
      if (fractionSign === undefined) return undefined;
      source += '[0-9]{1,6}';
    } else {
      const width = WIDTHS[letter as string] as number;
      source += `[0-9]{${width}}`;
      length += width;
    }
  }
  return part < 0 ? undefined : { length, dayAt, fractionSign, pattern: new RegExp(`^${source}$`) };
}

/** The sign before `%f`, when it is no digit and stands nowhere else in the format. */
function signBefore(format: string, length: number): Layout['fractionSign'] {
  const sign = format[format.indexOf('%f') - 1];
  if (sign === undefined || /[\w%]/.test(sign) || format.split(sign).length !== 2) return undefined;
  return { at: length - 1, code: sign.charCodeAt(0) };
}

import { type Json, stringifyJson } from '../../lib/json.ts';
import {
  DateError,
  type DateTime,
  type DatetimeFormat,
  Delta,
  Duration,
  datetimeFormat,
  formatStep,
  isBeyondYears,
} from '../../lib/time/index.ts';
import type { Axis } from './axis.ts';
import { dateOrderOf } from './date-order.ts';

/**
 * Dates read by the first of several formats that fits and printed by one; intervals touch that are one `gap` apart, or have no date between
 * them that the printed format can write.
 * parity: state_converters/datetime_stream_state_converter.py:CustomFormatConcurrentStreamStateConverter
 */
export function createDatetimeAxis(format: string, otherFormats: readonly string[], gap: Delta | Duration): Axis<DateTime> {
  const printer = datetimeFormat(format);
  const names = [...otherFormats, format];
  const readers = names.map(datetimeFormat);
  const order = dateOrderOf(format);
  const isOneFormat = names.every((name) => name === format);
  let lastRaw: Json | undefined;
  let lastTime: DateTime | undefined;

  // Filter, cursor and partition all ask for the value of the same record in turn.
  function tryParse(raw: Json): DateTime | undefined {
    if (raw === lastRaw) return lastTime;
    let time: DateTime | undefined;
    for (const reader of readers) {
      time = readBy(reader, raw);
      if (time !== undefined) break;
    }
    lastRaw = raw;
    lastTime = time;
    return time;
  }

  function fault(raw: Json): string {
    const isBeyond = readers.some(({ parse }) => {
      const found = tried(() => parse(raw));
      return found instanceof DateError && isBeyondYears(found);
    });
    const expected = [...new Set(names)].map((name) => `"${name}"`).join(', ');
    return isBeyond ? `which ${expected} puts outside of the years 1 to 9999` : `which does not match the format ${expected}`;
  }

  function print(time: DateTime): string {
    return time.year < 1000 ? withWholeYear(format, time) : printer.print(time);
  }

  return {
    tryParse,
    parse(raw) {
      const time = tryParse(raw);
      if (time !== undefined) return time;
      throw new DateError('ValueError', `the date is ${stringifyJson(raw)}, ${fault(raw)}`);
    },
    fault: (raw) => (tryParse(raw) === undefined ? fault(raw) : undefined),
    print,
    compare: (a, b) => a.compare(b),
    isFalsy: () => false,
    next: nextBy(gap, formatStep(format), (time) => printer.tryParse(print(time)) ?? time),
    tellsCovered: isOneFormat,
    isCovered: isOneFormat ? order.isCovered : () => false,
    printsInOrder: order.printsInOrder,
  };
}

/** The date that a reader finds; undefined for one outside of the years 1 to 9999, too. */
function readBy(reader: DatetimeFormat, raw: Json): DateTime | undefined {
  try {
    return reader.tryParse(raw);
  } catch (error) {
    if (error instanceof DateError) return undefined;
    throw error;
  }
}

/** What a computation of dates gives, be it an error. */
function tried<T>(compute: () => T): T | DateError {
  try {
    return compute();
  } catch (error) {
    if (error instanceof DateError) return error;
    throw error;
  }
}

/**
 * What comes after a date: one gap later, or the next date that the format can write where that is later still. `written` is the date as the
 * format writes it. Nothing comes after the last year.
 */
function nextBy(gap: Delta | Duration, step: Delta | Duration | undefined, written: (time: DateTime) => DateTime): Axis<DateTime>['next'] {
  const byGap = (time: DateTime): DateTime => orItself(time, () => plus(time, gap));
  if (step === undefined || (gap instanceof Delta && step instanceof Delta && gap.compare(step) >= 0)) return byGap;
  return (time) => {
    const [afterGap, afterStep] = [byGap(time), orItself(time, () => plus(written(time), step))];
    return afterGap.compare(afterStep) >= 0 ? afterGap : afterStep;
  };
}

function orItself(time: DateTime, compute: () => DateTime): DateTime {
  const moved = tried(compute);
  return moved instanceof DateError ? time : moved;
}

/** A date before the year 1000 with the zeros of its year, without which no format reads it; the reference leaves them out and fails. */
function withWholeYear(format: string, time: DateTime): string {
  const year = String(time.year).padStart(4, '0');
  return datetimeFormat(format.replace(/%%|%Y/g, (code) => (code === '%Y' ? year : code))).print(time);
}

/** A date moved on; throws DateError outside the years 1-9999. */
export function plus(time: DateTime, by: Delta | Duration): DateTime {
  return by instanceof Duration ? by.addTo(time) : time.add(by);
}

/** A date moved back; throws DateError outside the years 1-9999. */
export function minus(time: DateTime, by: Delta | Duration): DateTime {
  return by instanceof Duration ? by.subtractFrom(time) : time.subtract(by);
}

/** Whether a duration counts as none, as Python takes a timedelta of zero. */
export function isNone(duration: Delta | Duration): boolean {
  return duration instanceof Delta && duration.isZero();
}

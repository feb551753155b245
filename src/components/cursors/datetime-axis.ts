import type { Json } from '../../lib/json.ts';
import { DateError, type DateTime, Delta, Duration, datetimeFormat } from '../../lib/time/index.ts';
import type { Axis } from './axis.ts';
import { dateOrderOf } from './date-order.ts';

/**
 * Dates read by the first of several formats that fits and printed by one; intervals that are one `gap` apart touch.
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
      time = reader.tryParse(raw);
      if (time !== undefined) break;
    }
    lastRaw = raw;
    lastTime = time;
    return time;
  }

  return {
    tryParse,
    parse(raw) {
      const time = tryParse(raw);
      if (time !== undefined) return time;
      const expected = [...new Set(names)].map((name) => `"${name}"`).join(', ');
      throw new DateError('ValueError', `${JSON.stringify(raw)} does not match ${expected}`);
    },
    print: (time) => (time.year < 1000 ? withWholeYear(format, time) : printer.print(time)),
    compare: (a, b) => a.compare(b),
    isFalsy: () => false,
    next: (time) => plus(time, gap),
    isCovered: isOneFormat ? order.isCovered : () => false,
    printsInOrder: order.printsInOrder,
  };
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

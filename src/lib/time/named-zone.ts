import { CalendarDate } from './calendar-date.ts';
import { DateTime } from './date-time.ts';
import { DateError } from './errors.ts';

/**
 * The date that the clocks of a zone named as in the IANA data base show at an instant (microseconds since 1970, UTC); names in any case.
 * Throws KeyError for an unknown name.
 */
// parity: airbyte_cdk/sources/declarative/interpolation/macros.py:today_with_timezone
export function dateInZone(epochMicroseconds: bigint, name: string): CalendarDate {
  const format = zoneFormat(name);
  const parts = new Map(format.formatToParts(Math.floor(Number(epochMicroseconds) / 1000)).map((part) => [part.type, Number(part.value)]));
  return CalendarDate.of(parts.get('year') as number, parts.get('month') as number, parts.get('day') as number);
}

/** The date in UTC at an instant (microseconds since 1970). */
export function dateInUtc(epochMicroseconds: bigint): CalendarDate {
  return DateTime.fromEpochMicroseconds(epochMicroseconds).date();
}

// Names of other data bases that Intl knows: abbreviations, of which IANA has these few, and retired ones.
const ABBREVIATIONS = /^(?:cet|eet|est|gmt|hst|met|mst|prc|roc|rok|uct|utc|wet)$/i;
const OTHER_NAMES = /^(?:[a-z]{3}|SystemV\/.*|US\/Pacific-New|Canada\/East-Saskatchewan)$/i;

function zoneFormat(name: string): Intl.DateTimeFormat {
  // What begins otherwise is an offset.
  if (!/^[A-Za-z]/.test(name) || (OTHER_NAMES.test(name) && !ABBREVIATIONS.test(name))) throw unknownZone(name);
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name, year: 'numeric', month: 'numeric', day: 'numeric', calendar: 'iso8601' });
  } catch (error) {
    if (error instanceof RangeError) throw unknownZone(name);
    throw error;
  }
}

function unknownZone(name: string): DateError {
  return new DateError('KeyError', `'${name}'`);
}

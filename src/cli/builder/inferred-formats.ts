import type { Json, JsonObject } from '../../lib/json.ts';
import { DateError, datetimeFormat } from '../../lib/time/index.ts';
import { readInteger } from '../../lib/time/numerals.ts';

/** Finds the top-level fields that hold times, with the format of each, as the Connector Builder proposes it for a cursor. */
export interface FormatInferrer {
  add(record: JsonObject): void;
  /** The formats by field, of those fields that fitted in every record. */
  readonly formats: Readonly<Record<string, string>>;
}

/** The formats that are tried, in order. */
const FORMATS = [
  '%Y-%m-%d',
  '%Y-%m-%d %H:%M:%S',
  '%Y-%m-%dT%H:%M:%SZ',
  '%Y-%m-%dT%H:%M:%S.%fZ',
  '%Y-%m-%d %H:%M:%S.%f%z',
  '%Y-%m-%dT%H:%M:%S.%f%z',
  '%s',
  '%ms',
  '%d/%m/%Y %H:%M',
  '%Y-%m',
  '%d-%m-%Y',
];
/** Numbers within these are taken for seconds or milliseconds since 1970; the end does not belong to the range. */
const TIMESTAMPS: readonly (readonly [number, number])[] = [
  [1_000_000_000, 2_000_000_000],
  [1_000_000_000_000, 2_000_000_000_000],
];

// parity: utils/datetime_format_inferrer.py:DatetimeFormatInferrer
/** An inferrer that has seen nothing; the first record says which fields may be times, the others take fields away. */
export function createFormatInferrer(): FormatInferrer {
  let formats: Map<string, string> | undefined;
  return {
    add(record) {
      if (formats === undefined) {
        formats = candidates(record);
        return;
      }
      for (const [field, format] of formats) {
        const value = Object.hasOwn(record, field) ? (record[field] as Json) : null;
        if (!mayBeTime(value) || !fits(value, format)) formats.delete(field);
      }
    },
    get formats() {
      return Object.fromEntries(formats ?? []);
    },
  };
}

function candidates(record: JsonObject): Map<string, string> {
  const found = new Map<string, string>();
  for (const [field, value] of Object.entries(record)) {
    const format = mayBeTime(value) ? FORMATS.find((candidate) => fits(value, candidate)) : undefined;
    if (format !== undefined) found.set(field, format);
  }
  return found;
}

/** Whether a value is worth trying: a text that is no number, or a number that is a present timestamp. */
function mayBeTime(value: Json): boolean {
  const whole = typeof value === 'string' ? readInteger(value) : value;
  if (whole === undefined) return true;
  if (typeof whole !== 'bigint' && !Number.isInteger(whole)) return false;
  return TIMESTAMPS.some(([start, end]) => Number(whole) >= start && Number(whole) < end);
}

function fits(value: Json, format: string): boolean {
  try {
    return datetimeFormat(format).tryParse(value) !== undefined;
  } catch (error) {
    if (error instanceof DateError) return false;
    throw error;
  }
}

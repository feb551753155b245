import type { Builder } from '../../engine/builder.ts';
import { DateError, type Delta, Duration, parseDuration } from '../../lib/time/index.ts';

const DAY_MS = 86_400_000;
const DAYS_OF_YEAR = 365;
const DAYS_OF_MONTH = 30;

/** The milliseconds of an ISO 8601 duration, a month counted as 30 days and a year as 365; ends the build when it is none. */
export function periodMs(b: Builder, text: string, field: string): number {
  const duration = readDuration(b, text, field);
  if (!(duration instanceof Duration)) return millisecondsOf(duration);
  const days = duration.years.toNumber() * DAYS_OF_YEAR + duration.months.toNumber() * DAYS_OF_MONTH;
  return days * DAY_MS + millisecondsOf(duration.delta);
}

function readDuration(b: Builder, text: string, field: string): Delta | Duration {
  try {
    return parseDuration(text);
  } catch (error) {
    if (!(error instanceof DateError)) throw error;
    return b.fail(`"${text}" is no ISO 8601 duration such as PT1H or P1D.`, field);
  }
}

function millisecondsOf(delta: Delta): number {
  return Math.trunc(Number(delta.totalMicroseconds()) / 1000);
}

import { type DateTime, Delta } from '../../lib/time/index.ts';

/** Moves dates to the begin of a period: up for the borders of windows, down for the end of all reading. */
export interface Clamping {
  up(time: DateTime): DateTime;
  down(time: DateTime): DateTime;
  /** What is taken off the end when the cursor has no granularity. */
  readonly unit: Delta;
}

const WEEKDAYS = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'];
const ONE_DAY = Delta.of({ days: 1 });

/**
 * The clamping of a period; undefined when there is no such period or weekday. The week begins with the given weekday.
 * parity: streams/concurrent/clamping.py
 */
export function clampingOf(period: unknown, weekday: unknown): Clamping | undefined {
  switch (period) {
    case 'DAY':
      return { up: nextMidnight, down: midnight, unit: Delta.of({ seconds: 1 }) };
    case 'WEEK': {
      const day = WEEKDAYS.indexOf(String(weekday));
      return day < 0 ? undefined : { up: (time) => weekStart(time, day, true), down: (time) => weekStart(time, day, false), unit: ONE_DAY };
    }
    case 'MONTH':
      return { up: nextMonth, down: (time) => midnight(time).replace({ day: 1 }), unit: ONE_DAY };
    default:
      return undefined;
  }
}

function midnight(time: DateTime): DateTime {
  return time.replace({ hour: 0, minute: 0, second: 0, microsecond: 0 });
}

function nextMidnight(time: DateTime): DateTime {
  const start = midnight(time);
  return start.equals(time) ? start : start.add(ONE_DAY);
}

/** Any time on the weekday counts as the begin of its week, so on that day `up` moves down to midnight. */
function weekStart(time: DateTime, day: number, up: boolean): DateTime {
  const ahead = (day - time.weekday() + 7) % 7;
  return midnight(time).add(Delta.of({ days: up || ahead === 0 ? ahead : ahead - 7 }));
}

/** Any time on the first counts as the begin of its month. */
function nextMonth(time: DateTime): DateTime {
  const start = midnight(time);
  if (time.day === 1) return start;
  return start.replace({ year: time.month === 12 ? time.year + 1 : time.year, month: (time.month % 12) + 1, day: 1 });
}

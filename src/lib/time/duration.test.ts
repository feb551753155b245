import { describe, expect, it } from 'vitest';
import { CalendarDate } from './calendar-date.ts';
import { DateTime } from './date-time.ts';
import { Delta } from './delta.ts';
import { Duration } from './duration.ts';
import { parseDuration } from './parse-duration.ts';

function calendar(text: string): Duration {
  const duration = parseDuration(text);
  if (!(duration instanceof Duration)) throw new Error(`${text} has no months`);
  return duration;
}

describe('parseDuration', () => {
  it.each([
    ['P1W2D', '9 days, 0:00:00'],
    ['P1.5D', '1 day, 12:00:00'],
    ['P1,5D', '1 day, 12:00:00'],
    ['-P1D', '-1 day, 0:00:00'],
    ['+P1D', '1 day, 0:00:00'],
    ['PT', '0:00:00'],
    ['P1DT', '1 day, 0:00:00'],
    ['P1D\n', '1 day, 0:00:00'],
    ['P0Y', '0:00:00'],
    ['PT0.0000015S', '0:00:00.000002'],
    ['P1M', '1 month, 0:00:00'],
    ['P1.50M', '1 months, 0:00:00'],
    ['P1Y', '1 years, 0:00:00'],
    ['-P1Y2M3DT4H', '-1 years, -2 month, -4 days, 20:00:00'],
    ['P0003-06-04T12:30:05', '3 years, 6 months, 4 days, 12:30:05'],
    ['P00030604T123005,25Z', '3 years, 6 months, 4 days, 12:30:05.250000'],
    ['P0003-W01-0T10', '2 years, 12 months, 29 days, 10:00:00'],
    ['P0003-155T12.5', '3 years, 6 months, 4 days, 12:30:00'],
    ['P20T10', '2001 years, 1 month, 1 day, 10:00:00'],
  ])('reads %j', (text, expected) => {
    expect(String(parseDuration(text))).toBe(expected);
  });

  it.each([
    ['', 'ValueError'],
    ['P', 'ValueError'],
    ['p1d', 'ValueError'],
    ['P1H', 'ValueError'],
    ['1D', 'ValueError'],
    ['P1D ', 'ValueError'],
    ['P٣D', 'ValueError'],
    ['P0003-06-00T12', 'ValueError'],
    ['P0003-06-04T12:30:59.9999999', 'ValueError'],
    ['P0003-06-04T12:30.99999999999', 'ValueError'],
    ['P9999-W60T10', 'OverflowError'],
    ['P1000000000D', 'OverflowError'],
    [5, 'TypeError'],
  ])('refuses %j with %s', (text, type) => {
    expect(() => parseDuration(text)).toThrow(expect.objectContaining({ type }));
  });
});

describe('Duration', () => {
  const time = DateTime.of(2024, 1, 31, 10);

  it('moves the calendar, and to the last day of a shorter month', () => {
    expect(String(calendar('P1M').addTo(time))).toBe('2024-02-29 10:00:00');
    expect(String(calendar('P1Y1M1D').addTo(time))).toBe('2025-03-01 10:00:00');
    expect(String(calendar('P2M').subtractFrom(time))).toBe('2023-11-30 10:00:00');
    expect(String(calendar('P13M').subtractFrom(time))).toBe('2022-12-31 10:00:00');
    expect(String(calendar('P1Y').addTo(CalendarDate.of(2024, 2, 29)))).toBe('2025-02-28');
  });

  it('refuses fractions of months and years that do not exist', () => {
    expect(() => calendar('P0.5Y').addTo(time)).toThrow(expect.objectContaining({ type: 'ValueError' }));
    expect(() => calendar('P9999Y').addTo(time)).toThrow(expect.objectContaining({ type: 'ValueError' }));
    expect(() => calendar('P2147483648Y').addTo(time)).toThrow(expect.objectContaining({ type: 'OverflowError' }));
  });

  it('adds up and compares by months and timedelta apart', () => {
    expect(String(calendar('P1M').add(new Delta(1, 0, 0)))).toBe('1 month, 1 day, 0:00:00');
    expect(calendar('P12M').equals(calendar('P1Y'))).toBe(true);
    expect(calendar('P1M').equals(new Delta(30, 0, 0))).toBe(false);
    expect(calendar('P1M').multiply(3n).repr()).toBe('isodate.duration.Duration(0, 0, 0, years=0, months=3)');
    expect(calendar('P1.50M').months.toString()).toBe('1.50');
    expect(calendar('P0.00000001Y').years.repr()).toBe("Decimal('1E-8')");
  });
});

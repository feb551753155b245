import { describe, expect, it } from 'vitest';
import { CalendarDate } from './calendar-date.ts';
import { ClockTime } from './clock-time.ts';
import { DateTime } from './date-time.ts';
import { Delta } from './delta.ts';
import { Zone } from './zone.ts';

const now = DateTime.fromEpochMicroseconds(1_768_480_496_789_012n);
const paris = Zone.fixed(3_600_000_000);

describe('DateTime', () => {
  it('prints itself as Python does', () => {
    expect(String(now)).toBe('2026-01-15 12:34:56.789012+00:00');
    expect(now.repr()).toBe('datetime.datetime(2026, 1, 15, 12, 34, 56, 789012, tzinfo=datetime.timezone.utc)');
    expect(DateTime.of(1, 2, 3).repr()).toBe('datetime.datetime(1, 2, 3, 0, 0)');
    expect(now.isoformat('T', 'milliseconds')).toBe('2026-01-15T12:34:56.789+00:00');
    expect(now.ctime()).toBe('Thu Jan 15 12:34:56 2026');
    expect(() => now.isoformat('T', 'days')).toThrow(expect.objectContaining({ type: 'ValueError' }));
  });

  it('has the parts of its wall clock', () => {
    const time = DateTime.of(1969, 12, 31, 23, 59, 58, 7, paris);
    expect([time.year, time.month, time.day, time.hour, time.minute, time.second, time.microsecond]).toEqual([1969, 12, 31, 23, 59, 58, 7]);
    expect(time.isocalendar()).toEqual([1970, 1, 3]);
    expect(time.weekday()).toBe(2);
    expect(time.toordinal()).toBe(719_162);
    expect(time.timetuple()).toEqual([1969, 12, 31, 23, 59, 58, 2, 365, -1]);
    expect(String(time.date())).toBe('1969-12-31');
    expect(String(time.time())).toBe('23:59:58.000007');
    expect(time.timetz().repr()).toBe('datetime.time(23, 59, 58, 7, tzinfo=datetime.timezone(datetime.timedelta(seconds=3600)))');
  });

  it('gives timestamps as exact as a float can be', () => {
    expect(now.timestamp()).toBe(1_768_480_496.789012);
    expect(DateTime.fromEpochMicroseconds(-1n).timestamp()).toBe(-1e-6);
    expect(DateTime.max.withZone(Zone.utc).timestamp()).toBe(253_402_300_800);
  });

  it.each([
    [1e9 + 0.1234565, '2001-09-09T01:46:40.123456+00:00'],
    [-0.5, '1969-12-31T23:59:59.500000+00:00'],
    [-62_135_596_800, '0001-01-01T00:00:00+00:00'],
  ])('reads the timestamp %d', (timestamp, expected) => {
    expect(DateTime.fromTimestamp(timestamp, Zone.utc).isoformat()).toBe(expected);
  });

  it.each([
    [Number.NaN, 'ValueError'],
    [253_402_300_800, 'ValueError'],
    [1e18, 'OSError'],
    [1e19, 'OverflowError'],
    [Infinity, 'OverflowError'],
  ])('refuses the timestamp %d with %s', (timestamp, type) => {
    expect(() => DateTime.fromTimestamp(timestamp, Zone.utc)).toThrow(expect.objectContaining({ type }));
  });

  it('compares instants, and never a naive with an aware time', () => {
    const there = DateTime.of(2026, 1, 15, 13, 34, 56, 789_012, paris);
    expect(there.equals(now)).toBe(true);
    expect(there.hashKey()).toBe(now.hashKey());
    expect(there.compare(now.add(Delta.resolution))).toBeLessThan(0);
    expect(now.withZone(null).equals(now)).toBe(false);
    expect(() => now.compare(now.withZone(null))).toThrow(expect.objectContaining({ type: 'TypeError' }));
    expect(() => now.difference(now.withZone(null))).toThrow(expect.objectContaining({ type: 'TypeError' }));
  });

  it('moves by timedeltas and between zones within the years 1-9999', () => {
    expect(String(now.subtract(new Delta(1, 0, 789_013)))).toBe('2026-01-14 12:34:55.999999+00:00');
    expect(String(now.difference(now.add(new Delta(0, 0, 1))))).toBe('-1 day, 23:59:59.999999');
    expect(String(now.astimezone(paris))).toBe('2026-01-15 13:34:56.789012+01:00');
    expect(() => DateTime.max.add(Delta.resolution)).toThrow(expect.objectContaining({ type: 'OverflowError' }));
    expect(() => DateTime.max.withZone(Zone.utc).astimezone(paris)).toThrow(expect.objectContaining({ type: 'OverflowError' }));
  });

  it('replaces parts and refuses dates that do not exist', () => {
    expect(String(now.replace({ day: 1, hour: 0, zone: null }))).toBe('2026-01-01 00:34:56.789012');
    expect(() => now.replace({ month: 2, day: 29 })).toThrow(expect.objectContaining({ type: 'ValueError' }));
    expect(() => now.replace({ hour: 24 })).toThrow(expect.objectContaining({ type: 'ValueError' }));
    expect(String(DateTime.combine(CalendarDate.of(2024, 2, 29), new ClockTime({ hour: 5 })))).toBe('2024-02-29 05:00:00');
  });
});

describe('CalendarDate', () => {
  it('counts days and ignores the rest of a timedelta', () => {
    const date = CalendarDate.of(2024, 2, 28);
    expect(String(date.add(new Delta(1, 86_399, 0)))).toBe('2024-02-29');
    expect(String(date.difference(CalendarDate.of(2023, 2, 28)))).toBe('365 days, 0:00:00');
    expect(date.repr()).toBe('datetime.date(2024, 2, 28)');
    expect(date.strftime('%Y-%m-%dT%H:%M:%S%z')).toBe('2024-02-28T00:00:00');
    expect(CalendarDate.fromIsoCalendar(2020, 53, 7).isoformat()).toBe('2021-01-03');
    expect(CalendarDate.fromOrdinal(1).equals(CalendarDate.min)).toBe(true);
    expect(() => CalendarDate.fromIsoCalendar(2021, 53, 1)).toThrow(expect.objectContaining({ type: 'ValueError' }));
    expect(() => CalendarDate.max.add(new Delta(1, 0, 0))).toThrow(expect.objectContaining({ type: 'OverflowError' }));
  });
});

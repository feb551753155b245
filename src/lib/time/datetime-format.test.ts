import { describe, expect, it } from 'vitest';
import { Float } from '../json.ts';
import { DateTime } from './date-time.ts';
import { clampDatetime, datetimeFormat, formatDatetime, parseDatetime } from './datetime-format.ts';
import { compileFormat } from './format.ts';
import { dateInUtc, dateInZone } from './named-zone.ts';
import { Zone } from './zone.ts';

describe('datetimeFormat', () => {
  it.each([
    ['1709211845', '%s', '2024-02-29T13:04:05+00:00'],
    [1709211845.5, '%s', '2024-02-29T13:04:05+00:00'],
    [' 1_0 ', '%s', '1970-01-01T00:00:10+00:00'],
    ['-1', '%s', '1969-12-31T23:59:59+00:00'],
    [new Float(5), '%s', '1970-01-01T00:00:05+00:00'],
    ['1709211845678', '%ms', '2024-02-29T13:04:05.678000+00:00'],
    [-1500, '%ms', '1969-12-31T23:59:58.500000+00:00'],
    ['1709211845.1234567', '%s_as_float', '2024-02-29T13:04:05.123457+00:00'],
    ['1e9', '%s_as_float', '2001-09-09T01:46:40+00:00'],
    ['1709211845678901', '%epoch_microseconds', '2024-02-29T13:04:05.678901+00:00'],
    [20240229, '%Y%m%d', '2024-02-29T00:00:00+00:00'],
    ['2024-02-29T13:04:05.678Z', '%Y-%m-%dT%H:%M:%S.%_msZ', '2024-02-29T13:04:05.678000+00:00'],
    ['2024-02-29T13:04:05+0530', '%Y-%m-%dT%H:%M:%S%z', '2024-02-29T13:04:05+05:30'],
  ])('parses %j by %s', (value, format, expected) => {
    expect(parseDatetime(value, format).isoformat()).toBe(expected);
    expect(datetimeFormat(format).tryParse(value)?.isoformat()).toBe(expected);
  });

  it.each([
    ['1.5', '%s', 'ValueError'],
    [Number.NaN, '%s', 'ValueError'],
    ['253402300800', '%s', 'ValueError'],
    [10n ** 18n, '%s', 'OSError'],
    [10n ** 19n, '%s', 'OverflowError'],
    [null, '%ms', 'TypeError'],
    ['inf', '%s_as_float', 'OverflowError'],
    [10n ** 30n, '%epoch_microseconds', 'OverflowError'],
    [null, '%Y', 'ValueError'],
    ['1', '%s000', 'ValueError'],
  ])('refuses %o by %s with %s', (value, format, type) => {
    expect(() => parseDatetime(value, format)).toThrow(expect.objectContaining({ type }));
  });

  it.each([
    ['%s', '1709211845'],
    ['%ms', '1709211845678'],
    ['%s_as_float', '1709211845.678901'],
    ['%epoch_microseconds', '1709211845678901'],
    ['Date(%ms)', 'Date(02s)'],
    ['%H:%M:%S.%_ms|%f', '13:04:05.678|678'],
  ])('prints by %s', (format, expected) => {
    expect(formatDatetime(DateTime.of(2024, 2, 29, 13, 4, 5, 678_901, Zone.utc), format)).toBe(expected);
  });

  it('shortens microseconds wherever the same digits stand, and cuts negative epochs toward zero', () => {
    expect(formatDatetime(DateTime.of(2024, 1, 1, 0, 0, 0, 0, Zone.utc), '%Y%m%d%H%M%S%_ms')).toBe('20240101000000');
    expect(formatDatetime(DateTime.fromEpochMicroseconds(-1n), '%s')).toBe('0');
    expect(formatDatetime(DateTime.of(2024, 1, 1, 0, 0, 0, 0, Zone.utc), '%s_as_float')).toBe('1704067200.0');
  });
});

describe('compileFormat', () => {
  it('goes both ways', () => {
    const { parse, format } = compileFormat('%d %B %Y');
    expect(format(parse('5 may 2024'))).toBe('05 May 2024');
  });
});

describe('clampDatetime', () => {
  const [early, middle, late] = [1, 2, 3].map((day) => DateTime.of(2024, 1, day, 0, 0, 0, 0, Zone.utc)) as [DateTime, DateTime, DateTime];

  it('applies the maximum last', () => {
    expect(clampDatetime(early, middle, undefined)).toBe(middle);
    expect(clampDatetime(late, undefined, middle)).toBe(middle);
    expect(clampDatetime(middle, late, early)).toBe(early);
    expect(clampDatetime(middle, early, late)).toBe(middle);
  });
});

describe('dateInZone', () => {
  const midnight = 1_768_435_200_000_000n;

  it('finds the date that a zone has', () => {
    expect(String(dateInZone(midnight, 'Pacific/Kiritimati'))).toBe('2026-01-15');
    expect(String(dateInZone(midnight, 'us/pacific'))).toBe('2026-01-14');
    expect(String(dateInZone(-1n, 'UTC'))).toBe('1969-12-31');
    expect(String(dateInUtc(-1n))).toBe('1969-12-31');
  });

  it.each(['', '+01:00', 'PST', 'Mars/Olympus', 'US/Pacific-New'])('refuses %j', (name) => {
    expect(() => dateInZone(midnight, name)).toThrow(expect.objectContaining({ type: 'KeyError' }));
  });
});

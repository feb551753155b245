import { describe, expect, it } from 'vitest';
import { DateError } from './errors.ts';
import { compileStrptime } from './strptime.ts';

describe('compileStrptime', () => {
  it.each([
    ['2024-02-29T13:04:05Z', '%Y-%m-%dT%H:%M:%SZ', '2024-02-29T13:04:05'],
    ['2024-02-29t1:2:3z', '%Y-%m-%dT%H:%M:%SZ', '2024-02-29T01:02:03'],
    ['2024-02-29T13:04:05.5-0530', '%Y-%m-%dT%H:%M:%S.%f%z', '2024-02-29T13:04:05.500000-05:30'],
    ['2024+05:30:00.5', '%Y%z', '2024-01-01T00:00:00+05:30:00.500000'],
    ['2024-00:00:00.000001', '%Y%z', '2024-01-01T00:00:00-00:00:00.000001'],
    ['2024229', '%Y%m%d', '2024-02-29T00:00:00'],
    ['٢٠٢٤-02-29', '%Y-%m-%d', '2024-02-29T00:00:00'],
    [' 5', '%d', '1900-01-05T00:00:00'],
    ['5 PM', '%I %p', '1900-01-01T17:00:00'],
    ['12 am', '%I %p', '1900-01-01T00:00:00'],
    ['10 PM', '%H %p', '1900-01-01T10:00:00'],
    ['March 5 69', '%B %d %y', '1969-03-05T00:00:00'],
    ['March 5 68', '%B %d %y', '2068-03-05T00:00:00'],
    ['Feb \t 9, 2024', '%b %d, %Y', '2024-02-09T00:00:00'],
    ['Mon Feb  5 03:04:05 2024', '%c', '2024-02-05T03:04:05'],
    ['Mon, 29 Feb 2024 13:04:05 gmt', '%a, %d %b %Y %H:%M:%S %Z', '2024-02-29T13:04:05'],
    ['+0100 GMT', '%z %Z', '1900-01-01T00:00:00+01:00'],
    ['2023-366', '%Y-%j', '2024-01-01T00:00:00'],
    ['02-29 59', '%m-%d %j', '1900-02-28T00:00:00'],
    ['2024-00-0', '%Y-%U-%w', '2023-12-31T00:00:00'],
    ['2024-W53-0', '%Y-W%W-%w', '2025-01-05T00:00:00'],
    ['2021-W53-1', '%G-W%V-%u', '2022-01-03T00:00:00'],
    ['2024 2024', '%Y %G', '2024-01-01T00:00:00'],
    ['2024%Y', '%Y%%Y', '2024-01-01T00:00:00'],
    ['İ', 'i', '1900-01-01T00:00:00'],
    ['', '', '1900-01-01T00:00:00'],
  ])('parses %j by %j', (text, format, expected) => {
    expect(compileStrptime(format).parse(text).isoformat()).toBe(expected);
  });

  it.each([
    ['2024-02-30', '%Y-%m-%d'],
    ['02-29', '%m-%d'],
    ['2024-02-29 ', '%Y-%m-%d'],
    ['2024-02-29T23:59:60Z', '%Y-%m-%dT%H:%M:%SZ'],
    ['1234567', '%f'],
    ['2024z', '%Y%z'],
    ['2024+24:00', '%Y%z'],
    ['2024+05:3000', '%Y%z'],
    ['9999-366', '%Y-%j'],
    ['0001-00-0', '%Y-%U-%w'],
    ['2024-09', '%G-%V'],
    ['ſat', '%a'],
    ['5', '%-d'],
    ['x', '%'],
    ['x', '% d'],
  ])('refuses %j by %j with a ValueError', (text, format) => {
    const { parse, tryParse } = compileStrptime(format);
    expect(() => parse(text)).toThrow(expect.objectContaining({ name: 'DateError', type: 'ValueError' }));
    expect(tryParse(text)).toBeUndefined();
  });

  it('refuses a format that repeats a directive, whatever is asked', () => {
    const error = expect.objectContaining({ type: 'error' });
    expect(() => compileStrptime('%d %d').parse('1 1')).toThrow(error);
    expect(() => compileStrptime('%d %d').tryParse('1 1')).toThrow(DateError);
  });
});

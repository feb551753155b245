import { describe, expect, it } from 'vitest';
import { calendarDateFromIsoFormat, dateTimeFromIsoFormat } from './from-iso-format.ts';
import { isoParse, isoParseUtc } from './iso-parse.ts';

describe('isoParse', () => {
  it.each([
    ['2022', '2022-01-01T00:00:00'],
    ['2022-01', '2022-01-01T00:00:00'],
    ['20220114', '2022-01-14T00:00:00'],
    ['2022-W02-5', '2022-01-14T00:00:00'],
    ['2022W025', '2022-01-14T00:00:00'],
    ['2022-014', '2022-01-14T00:00:00'],
    ['2022-01-14T24:00', '2022-01-15T00:00:00'],
    ['2022-01-14 13:45:30,1234567', '2022-01-14T13:45:30.123456'],
    ['2022-01-14x1345-08', '2022-01-14T13:45:00-08:00'],
    ['2022-01-14T13:45:30z', '2022-01-14T13:45:30+00:00'],
  ])('reads %j', (text, expected) => {
    expect(isoParse(text).isoformat()).toBe(expected);
  });

  it.each([
    '',
    '2022-1-4',
    '202201',
    '1642118400',
    '2022-01-14T',
    '2022-01-14T25',
    '2022-01-14T12:3045',
    '2022-01-14T12+24:00',
    '２０２２',
  ])('refuses %j', (text) => {
    expect(() => isoParse(text)).toThrow(expect.objectContaining({ type: 'ValueError' }));
  });

  it('takes a text only', () => {
    expect(() => isoParse(2022)).toThrow(expect.objectContaining({ type: 'TypeError' }));
  });
});

describe('isoParseUtc', () => {
  it.each([
    ['2022-01-14', '2022-01-14T00:00:00+00:00'],
    ['2022-01-14T01:00:00', '2022-01-14T01:00:00+00:00'],
    ['2022-01-14T01:00:00+02:00', '2022-01-13T23:00:00+00:00'],
    ['2022-01-14T01:00:00.5-0200', '2022-01-14T03:00:00.500000+00:00'],
    ['2022-014T01+02', '2022-01-13T23:00:00+00:00'],
  ])('reads %j in UTC', (text, expected) => {
    expect(isoParseUtc(text).isoformat()).toBe(expected);
    expect(isoParseUtc(text).repr()).toMatch(/tzinfo=<UTC>\)$/);
  });
});

describe('dateTimeFromIsoFormat', () => {
  it.each([
    ['2024-02-29', '2024-02-29T00:00:00'],
    ['20240229T130405', '2024-02-29T13:04:05'],
    ['2024W094 13', '2024-02-29T13:00:00'],
    ['2024-02-29T13:04:05,1234567Z', '2024-02-29T13:04:05.123456+00:00'],
    ['2024-02-29T13:04 +05:30', '2024-02-29T13:04:00+05:30'],
  ])('reads %j', (text, expected) => {
    expect(dateTimeFromIsoFormat(text).isoformat()).toBe(expected);
  });

  it.each(['2024', '2024-02-29T', '2024-02-30', '2024-02-29T1', '2024-02-29T12:3045', '2024-02-29T12+5', '2024-02-29T12z'])(
    'refuses %j',
    (text) => {
      expect(() => dateTimeFromIsoFormat(text)).toThrow(expect.objectContaining({ type: 'ValueError' }));
    },
  );

  it('reads dates alone', () => {
    expect(calendarDateFromIsoFormat('2024-W09-4').isoformat()).toBe('2024-02-29');
    expect(() => calendarDateFromIsoFormat('2024-02-29T00')).toThrow(expect.objectContaining({ type: 'ValueError' }));
  });
});

import { describe, expect, it } from 'vitest';
import { Float } from '../json.ts';
import { parseFlexible, parseFlexibleOrUndefined } from './flexible-parse.ts';
import { generalParse } from './general-parse.ts';

const NOW = 1_768_480_496_789_012n;

describe('parseFlexible', () => {
  it.each([
    [1678806566, '2023-03-14T15:09:26+00:00'],
    ['2023', '1970-01-01T00:33:43+00:00'],
    [true, '1970-01-01T00:00:01+00:00'],
    ['-0', '1970-01-01T00:00:00+00:00'],
    ['2023- 3-٣', '2023-03-03T00:00:00+00:00'],
    ['2023-03-14T15:09:26.5-07:00', '2023-03-14T15:09:26.500000-07:00'],
    ['2023-03-14 15:09:26 EST', '2023-03-14T15:09:26+00:00'],
    ['03/14/2023', '2023-03-14T00:00:00+00:00'],
    ['5 march', '2026-03-05T00:00:00+00:00'],
  ])('reads %j', (value, expected) => {
    expect(parseFlexible(value, NOW).isoformat()).toBe(expected);
  });

  it.each([
    -1,
    '16788065660',
    new Float(1),
    1.5,
    null,
    [],
    '',
    '²',
    '2023-02-30',
    '12023-03-14',
    '14 Mar 2023 15:09:26 GMT',
    '2023-03-14T24:00:00Z',
  ])('refuses %j', (value) => {
    expect(() => parseFlexible(value, NOW)).toThrow(expect.objectContaining({ type: 'ValueError' }));
    expect(parseFlexibleOrUndefined(value, NOW)).toBeUndefined();
  });

  it('lets numbers that no machine integer holds overflow', () => {
    const error = expect.objectContaining({ type: 'OverflowError' });
    expect(() => parseFlexible('99999999999999999999-01-01', NOW)).toThrow(error);
    expect(() => parseFlexible('2023-03-14 99999999999:00', NOW)).toThrow(error);
    expect(parseFlexibleOrUndefined('2023-03-14 99999999999:00', NOW)).toBeUndefined();
  });
});

describe('generalParse', () => {
  it.each([
    ['Tue, 14 Mar 2023 15:09:26 +0100 (CET)', '2023-03-14T15:09:26+01:00'],
    ['2023-03-14 15:09 GMT+3', '2023-03-14T15:09:00-03:00'],
    ['20230314T150926.25z', '2023-03-14T15:09:26.250000+00:00'],
    ['20230314150926', '2023-03-14T15:09:26'],
    ['230314', '2014-03-23T00:00:00'],
    ['Mar of 01', '2001-03-15T00:00:00'],
    ['31/12/99', '1999-12-31T00:00:00'],
    ['99-Jan-01', '1999-01-01T00:00:00'],
    ['12h30m10.5s 3 May 2021', '2021-05-03T12:30:10.500000'],
    ['10.5h 2021-05-03', '2021-05-03T10:30:00'],
    ['12 am', '2026-01-15T00:00:00'],
    ['Sept 2021', '2021-09-15T00:00:00'],
    ['Feb 2021 ', '2021-02-15T00:00:00'],
    ['friday', '2026-01-16T00:00:00'],
  ])('reads %j', (text, expected) => {
    expect(generalParse(text, NOW).isoformat()).toBe(expected);
  });

  it.each(['', 'foo', 'nan', '2023-13-13', '1 2 3 4', '2023-03-14 15:09 +9999'])('refuses %j', (text) => {
    expect(() => generalParse(text, NOW)).toThrow(expect.objectContaining({ type: 'ValueError' }));
  });
});

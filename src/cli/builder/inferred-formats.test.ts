import { describe, expect, it } from 'vitest';
import { Float, type JsonObject } from '../../lib/json.ts';
import { createFormatInferrer } from './inferred-formats.ts';

function infer(...records: JsonObject[]): unknown {
  const inferrer = createFormatInferrer();
  for (const record of records) inferrer.add(record);
  return inferrer.formats;
}

describe('inferred date formats', () => {
  it.each([
    ['2026-01-15', '%Y-%m-%d'],
    ['2026-01-15 10:11:12', '%Y-%m-%d %H:%M:%S'],
    ['2026-01-15T10:11:12Z', '%Y-%m-%dT%H:%M:%SZ'],
    ['2026-01-15T10:11:12.5Z', '%Y-%m-%dT%H:%M:%S.%fZ'],
    ['2026-01-15 10:11:12.5+0100', '%Y-%m-%d %H:%M:%S.%f%z'],
    ['2026-01-15T10:11:12.5+01:00', '%Y-%m-%dT%H:%M:%S.%f%z'],
    ['15/01/2026 10:11', '%d/%m/%Y %H:%M'],
    ['2026-01', '%Y-%m'],
    ['15-01-2026', '%d-%m-%Y'],
    [1_768_480_496, '%s'],
    ['1768480496', '%s'],
    [1_768_480_496_789, '%ms'],
  ])('tells %s', (value, format) => {
    expect(infer({ at: value })).toEqual({ at: format });
  });

  it.each([['x'], ['20260115'], [5], [new Float(1_768_480_496)], [null], [true], [['2026-01-15']], [2_000_000_000]])(
    'finds none in %s',
    (value) => {
      expect(infer({ at: value })).toEqual({});
    },
  );

  it('keeps the fields that fit in every record, as the first record has them', () => {
    expect(
      infer(
        { a: '2026-01-15', b: '2026-01-15', c: '2026-01-15' },
        { a: '2026-01-16', b: 'soon', d: '2026-01-15' },
        { a: '2026-01-17', c: null },
      ),
    ).toEqual({ a: '%Y-%m-%d' });
  });

  it('is empty without records', () => {
    expect(infer()).toEqual({});
  });
});

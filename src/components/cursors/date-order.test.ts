import { describe, expect, it } from 'vitest';
import { datetimeFormat } from '../../lib/time/index.ts';
import { dateOrderOf } from './date-order.ts';

const TEXTS: Readonly<Record<string, readonly string[]>> = {
  '%Y-%m-%d': [
    '2024-01-05',
    '2024-1-05',
    '2024-10-5',
    '2024-10-10',
    '2024-12-31',
    '2024-01- 5',
    '0999-12-31',
    '2024-13-01',
    'x',
    '٢٠٢٤-01-05',
  ],
  '%Y%m%d': ['20240105', '20241005', '2024115', '20241231', '09991231'],
  '%Y-%m-%dT%H:%M:%SZ': [
    '2024-01-05T00:00:00Z',
    '2024-01-05t00:00:01z',
    '2024-01-5T00:00:00Z',
    '2024-01-05T00:00:00z',
    '2024-10-05T9:00:00Z',
    '2024-10-05T10:00:0Z',
  ],
  '%Y-%m-%dT%H:%M:%S.%fZ': [
    '2024-01-05T00:00:00.1Z',
    '2024-01-05T00:00:00.12Z',
    '2024-01-05T00:00:0.123Z',
    '2024-01-05T00:00:00.012Z',
    '2024-1-05T00:00:00.1234Z',
    '2024-01-05T0:00:00.13Z',
  ],
};

describe('dateOrderOf', () => {
  it.each(Object.entries(TEXTS))('never takes a later time in %s for a covered one', (format, texts) => {
    const { parse, tryParse, print } = datetimeFormat(format);
    const { isCovered } = dateOrderOf(format);
    for (const by of texts) {
      if (tryParse(by) === undefined) continue;
      for (const value of texts) {
        const time = tryParse(value);
        if (time === undefined || !isCovered(value, by)) continue;
        expect(time.compare(parse(by)), `${value} by ${by}`).toBeLessThanOrEqual(0);
        expect(print(time) <= print(parse(by)), `${value} by ${by}`).toBe(true);
      }
    }
  });

  it('knows the plain cases', () => {
    expect(dateOrderOf('%Y-%m-%d').isCovered('2024-01-05', '2024-01-06')).toBe(true);
    expect(dateOrderOf('%Y-%m-%dT%H:%M:%S.%fZ').isCovered('2024-01-05T00:00:00.100Z', '2024-01-05T00:00:00.200Z')).toBe(true);
    expect(dateOrderOf('%s').isCovered(1_700_000_000, 1_700_000_001)).toBe(true);
  });

  it.each(['%d/%m/%Y', '%Y-%m-%d %H:%M', '%Y-%m-%dT%H:%M:%S%z', '%B %Y', '%Y%f', '%m-%d'])('tells nothing of texts in %s', (format) => {
    expect(dateOrderOf(format).isCovered('2024-01-05', '2024-01-06')).toBe(false);
  });

  it('compares what is printed only where offsets are equal and years have four digits', () => {
    const { printsInOrder } = dateOrderOf('%Y-%m-%dT%H:%M:%S%z');
    const { parse } = datetimeFormat('%Y-%m-%dT%H:%M:%S%z');
    const [early, late, elsewhere] = ['2024-01-05T00:00:00Z', '2024-01-05T00:00:01Z', '2024-01-05T05:00:00+0600'].map(parse);
    if (early === undefined || late === undefined || elsewhere === undefined) throw new Error('the texts match the format');
    expect([printsInOrder(early, late), printsInOrder(late, early), printsInOrder(early, elsewhere)]).toEqual([true, false, false]);
    expect(printsInOrder(parse('0900-01-05T00:00:00Z'), late)).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import { createLatencies } from './latencies.ts';
import { unusualVolume } from './volume.ts';

describe('004.10 unusualVolume', () => {
  it.each<[string, number[], number, boolean]>([
    ['too few runs to compare', [100, 100, 100], 0, false],
    ['nothing, where there always was something', [9800, 10_400, 10_000, 9900], 0, true],
    ['far fewer', [9800, 10_400, 10_000, 9900], 120, true],
    ['the usual', [9800, 10_400, 10_000, 9900], 10_200, false],
    ['twice as many', [9800, 10_400, 10_000, 9900], 20_000, true],
    ['a few more of a few', [1, 0, 3, 2], 11, false],
    ['runs that differ widely', [10, 5000, 300, 9000, 20], 4000, false],
    ['old runs, which are forgotten', [...Array.from({ length: 10 }, () => 5), ...Array.from({ length: 10 }, () => 1000)], 1000, false],
  ])('%s', (_, before, records, isUnusual) => {
    expect(unusualVolume(before, records) !== undefined).toBe(isUnusual);
  });

  it('says what is usual', () => {
    expect(unusualVolume([9800, 10_400, 10_000, 9900], 120)).toBe('120 records, where the last 4 runs had 9,800 to 10,400');
  });
});

describe('004.10 latencies', () => {
  it('gives percentiles within 4 %', () => {
    const latencies = createLatencies();
    for (let ms = 1; ms <= 1000; ms++) latencies.add(ms);
    expect(latencies.percentile(0.5)).toBeGreaterThanOrEqual(500);
    expect(latencies.percentile(0.5)).toBeLessThan(525);
    expect(latencies.percentile(0.95)).toBeGreaterThanOrEqual(950);
    expect(latencies.percentile(0.95)).toBeLessThan(995);
    expect(latencies.percentile(1)).toBeGreaterThanOrEqual(1000);
  });

  it('knows nothing of none, and takes any duration', () => {
    const latencies = createLatencies();
    expect(latencies.percentile(0.5)).toBeUndefined();
    latencies.add(0);
    latencies.add(1e12);
    expect(latencies.count).toBe(2);
    expect(latencies.percentile(0.5)).toBe(1);
  });
});

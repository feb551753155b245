import { describe, expect, it } from 'vitest';
import { Pace, windowOf } from './pace.ts';

const BOUNDS = { totalMs: 100_000, bytesPerSecond: 10, windowMs: 20_000 };

/** What a request comes to that brings so many bytes each second, and when. */
function run(bytesPerSecond: number, bounds = BOUNDS, mostSeconds = 1_000): [string, number] | undefined {
  const pace = new Pace(bounds);
  for (let second = 1; second <= mostSeconds; second += 1) {
    const lapse = pace.pass(1_000, second * bytesPerSecond);
    if (lapse !== undefined) return [lapse, second];
  }
  return undefined;
}

describe('Pace', () => {
  it.each([
    [9, ['slow', 20]],
    [10, ['late', 100]],
    [1_000_000, ['late', 100]],
  ])('with %i bytes a second', (speed, expected) => expect(run(speed)).toEqual(expected));

  it('measures each window anew', () => {
    const pace = new Pace({ ...BOUNDS, totalMs: 0 });
    expect(pace.pass(20_000, 1_000_000)).toBeUndefined();
    expect(pace.pass(19_000, 1_000_000)).toBeUndefined();
    expect(pace.pass(1_000, 1_000_100)).toBe('slow');
  });

  it('has no bound where there is none', () => {
    expect(run(0, { totalMs: 0, bytesPerSecond: 0, windowMs: 20_000 })).toBeUndefined();
    expect(run(0, { totalMs: 0, bytesPerSecond: 10, windowMs: 0 })).toBeUndefined();
  });

  it('measures for longer than silence may last', () => {
    expect([0, 1_000, 300_000].map(windowOf)).toEqual([0, 20_000, 600_000]);
  });
});

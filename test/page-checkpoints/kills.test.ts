import { describe, expect, it } from 'vitest';
import { killAgainAndAgain, type Wish } from './kill-course.ts';

const SEEDS = 3;
const courses = (['option', 'manifest', 'catalog'] satisfies Wish[]).flatMap((wish) =>
  Array.from({ length: SEEDS }, (_, index) => [wish, index + 1] as const),
);

describe('a sync that is killed again and again', () => {
  const outcomes: { kills: number; resumed: number }[] = [];

  it.each(courses)('gets every row and repeats a page of each open partition at most (by %s, seed %i)', async (wish, seed) => {
    const { problems, repeated, bound, ...outcome } = await killAgainAndAgain(seed, wish);
    outcomes.push(outcome);
    expect(problems).toEqual([]);
    expect(repeated).toBeLessThanOrEqual(bound);
  });

  it('was killed, and went on within slices', () => {
    expect(outcomes.reduce((sum, { kills }) => sum + kills, 0)).toBeGreaterThan(SEEDS);
    expect(outcomes.reduce((sum, { resumed }) => sum + resumed, 0)).toBeGreaterThan(SEEDS);
  });
});

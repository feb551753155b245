import { expect, it } from 'vitest';
import { createByteBudget } from './byte-budget.ts';

it('gives so many bytes to all shares together, until they give them back', () => {
  const budget = createByteBudget(10);
  const [one, two] = [budget.share(), budget.share()];
  expect([one.take(4), one.take(4), two.take(3), two.take(2)]).toEqual([true, true, false, true]);
  one.release();
  one.release();
  expect([two.take(8), two.take(1)]).toEqual([true, false]);
});

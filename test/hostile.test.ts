import { describe, expect, it } from 'vitest';
import { playHostile } from './fuzz/play-hostile.ts';

/** Seeds of all targets, those that once found something among them; `node scripts/fuzz-hostile.ts` plays more. */
const SEEDS = Array.from({ length: 24 }, (_, index) => index + 1);

describe.concurrent('hostile input gets an error that says what is wrong, and no more than bounded time and memory', () => {
  it.each(SEEDS)('seed %i', { timeout: 60_000 }, async (seed) => {
    expect(await playHostile(seed)).toEqual([]);
  });
});

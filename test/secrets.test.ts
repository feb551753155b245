import { describe, expect, it } from 'vitest';
import { playSecrets } from './fuzz/play-secrets.ts';

/** One after the other for every way in which a secret gets into a request; `node scripts/fuzz-secrets.ts` plays more. */
const SEEDS = Array.from({ length: 17 }, (_, index) => index + 1);

describe.concurrent('what people read of a run holds no secret', () => {
  it.each(SEEDS)('seed %i', async (seed) => {
    expect(await playSecrets(seed)).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { playSecrets } from './fuzz/play-secrets.ts';
import { WAYS } from './fuzz/secret-case.ts';

/** One for every way in which a secret gets into a request, by all commands in turn, and those that found something; `node scripts/fuzz-secrets.ts` plays more. */
const SEEDS = [...WAYS.map((_, index) => index + 1), 18, 23, 43, 72, 99, 317];

describe.concurrent('what people read of a run holds no secret', () => {
  it.each(SEEDS)('seed %i', async (seed) => {
    expect(await playSecrets(seed)).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { playRecordedCase } from '../fuzz/shared-secrets.ts';
import { recordedCases } from './shared.ts';

/** Every so many of the recorded manifests; `node scripts/fuzz-secrets.ts --recorded` plays all. */
const STEP = 30;

const files = recordedCases().filter((_file, index) => index % STEP === 0);

describe.skipIf(files.length === 0).concurrent('a recorded manifest whose API repeats its secrets', () => {
  it.each(files)('%s', async (file) => {
    expect((await playRecordedCase(file)) ?? []).toEqual([]);
  });
});

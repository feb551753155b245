import { describe, expect, it } from 'vitest';
import { ConfigError, SystemError, TransientError } from '../protocol/failure.ts';
import { testRun } from '../testing/build-from-yaml.ts';
import { createPageSizeReducer, type ReductionRules } from './page-size-reducer.ts';

const RULES: ReductionRules = {
  factor: 2,
  minimum: 1,
  maxAttempts: 5,
  backoffSeconds: 0.5,
  retriesAtMinimum: 0,
  failureMessage: undefined,
  restores: false,
};

function begin(rules: Partial<ReductionRules>, configured: number | undefined) {
  const waits: number[] = [];
  const clock = { now: () => 0n, steady: () => 0n, sleep: async (ms: number) => void waits.push(ms) };
  return { waits, reducer: createPageSizeReducer({ ...RULES, ...rules }, configured, 'items', testRun({ run: { clock } })) };
}

describe('createPageSizeReducer', () => {
  it('divides the page size and waits a little longer each time', async () => {
    const { reducer, waits } = begin({ factor: 3 }, 100);
    expect(reducer.pageSize).toBeUndefined();
    for (const size of [33, 11, 3]) {
      await reducer.reduce('', 0);
      expect(reducer.pageSize).toBe(size);
    }
    expect(waits).toEqual([500, 1000, 1500]);
  });

  it('ends with a transient error after too many reductions without a page, which a page allows anew', async () => {
    const { reducer } = begin({ maxAttempts: 2, failureMessage: ' Choose less. ' }, 1000);
    await reducer.reduce('', 0);
    await reducer.reduce('', 0);
    reducer.onPage();
    expect(reducer.pageSize).toBe(250);
    await reducer.reduce('', 0);
    await reducer.reduce('', 0);
    const failing = reducer.reduce('too large', 0);
    await expect(failing).rejects.toBeInstanceOf(TransientError);
    await expect(failing).rejects.toThrow(/down to 62 records\. Choose less\.$/);
    await expect(failing).rejects.toHaveProperty('internalMessage', expect.stringContaining('too large'));
  });

  it('brings the configured size back after a page when it is told to', async () => {
    const { reducer } = begin({ restores: true }, 10);
    await reducer.reduce('', 0);
    reducer.onPage();
    expect(reducer.pageSize).toBeUndefined();
  });

  it('asks again at the smallest size as often as it may', async () => {
    const { reducer, waits } = begin({ minimum: 6, retriesAtMinimum: 2 }, 10);
    await reducer.reduce('', 0);
    expect(reducer.pageSize).toBe(6);
    await reducer.reduce('', 0);
    await reducer.reduce('', 0);
    expect(waits).toEqual([500, 500, 1000]);
    await expect(reducer.reduce('', 0)).rejects.toBeInstanceOf(TransientError);
  });

  it('tells a page size that the manifest itself keeps from being reduced from one that the API refuses', async () => {
    await expect(begin({ minimum: 10 }, 10).reducer.reduce('', 0)).rejects.toBeInstanceOf(ConfigError);
    await expect(begin({}, 1).reducer.reduce('', 0)).rejects.toBeInstanceOf(TransientError);
    await expect(begin({}, undefined).reducer.reduce('', 0)).rejects.toBeInstanceOf(ConfigError);
  });

  it('does not ask for a page again whose records are written', async () => {
    await expect(begin({}, 10).reducer.reduce('', 3)).rejects.toBeInstanceOf(SystemError);
  });
});

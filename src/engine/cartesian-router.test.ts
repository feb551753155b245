import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../lib/json.ts';
import { createCartesianRouter } from './cartesian-router.ts';
import type { PartitionRouter } from './kinds.ts';
import { RequestOptions } from './request-options.ts';
import { StreamSlice } from './stream-slice.ts';

function routerOf(name: string, partitions: readonly JsonObject[]): PartitionRouter {
  return {
    contribute(options) {
      options.params['from'] = name;
      options.params[name] = true;
    },
    async *slices() {
      for (const partition of partitions) yield new StreamSlice(partition, {}, { [name]: partition[name] ?? null });
    },
  };
}

describe('createCartesianRouter', () => {
  it('gives every combination, the last router fastest', async () => {
    const router = createCartesianRouter([
      routerOf('a', [{ a: 1 }, { a: 2 }]),
      routerOf('b', [{ b: 'x' }, { b: 'y' }]),
      routerOf('c', [{ c: 0 }]),
    ]);
    const slices = await Array.fromAsync(router.slices());
    expect(slices.map(({ partition }) => partition)).toEqual([
      { a: 1, b: 'x', c: 0 },
      { a: 1, b: 'y', c: 0 },
      { a: 2, b: 'x', c: 0 },
      { a: 2, b: 'y', c: 0 },
    ]);
    expect(slices[0]?.extraFields).toEqual({ a: 1, b: 'x', c: 0 });
  });

  it('gives nothing when a router does', async () => {
    expect(await Array.fromAsync(createCartesianRouter([routerOf('a', [{ a: 1 }]), routerOf('b', [])]).slices())).toEqual([]);
  });

  it('lets the first of equal keys win, in slices and in requests', async () => {
    const router = createCartesianRouter([routerOf('a', [{ k: 1 }]), routerOf('b', [{ k: 2 }])]);
    const [slice] = await Array.fromAsync(router.slices());
    expect(slice?.partition).toEqual({ k: 1 });
    const options = new RequestOptions();
    router.contribute(options, { slice: new StreamSlice(), token: undefined });
    expect(options.params).toEqual({ from: 'a', a: true, b: true });
  });

  it('keeps no states of parents', () => {
    expect(createCartesianRouter([]).parentState).toBeUndefined();
  });
});

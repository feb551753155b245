import { describe, expect, it } from 'vitest';
import { firstSlices, slicesTogether } from './bounded-slices.ts';
import { StreamSlice } from './stream-slice.ts';

/** Slices whose making is noted; the last one may fail. */
function slices(made: number[], count: number, failure?: Error): AsyncIterable<StreamSlice> {
  return (async function* () {
    for (let number = 1; number <= count; number += 1) {
      made.push(number);
      yield new StreamSlice({ number });
    }
    if (failure !== undefined) throw failure;
  })();
}

describe('the first slices', () => {
  it.each([
    [0, []],
    [2, [1, 2]],
    [5, [1, 2, 3]],
  ])('are %i at most, and further ones are not made', async (limit, expected) => {
    const made: number[] = [];
    const given = await Array.fromAsync(firstSlices(slices(made, 3), limit));
    expect(given.map(({ partition }) => partition['number'])).toEqual(expected);
    expect(made).toEqual(expected);
  });
});

describe('slices found together', () => {
  it('are all made before the first is given, and an error comes after them', async () => {
    const made: number[] = [];
    const together = slicesTogether(slices(made, 2, new Error('no third one')));
    expect((await together.next()).value?.partition).toEqual({ number: 1 });
    expect(made).toEqual([1, 2]);
    expect((await together.next()).value?.partition).toEqual({ number: 2 });
    await expect(together.next()).rejects.toThrow('no third one');
  });
});

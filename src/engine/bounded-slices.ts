import type { StreamSlice } from './stream-slice.ts';

/** The first slices of a stream; nothing is asked for the sake of further ones. */
export async function* firstSlices(slices: AsyncIterable<StreamSlice>, limit: number): AsyncGenerator<StreamSlice> {
  let given = 0;
  if (limit === 0) return;
  for await (const slice of slices) {
    yield slice;
    given += 1;
    if (given === limit) return;
  }
}

/** The same slices, all found before the first is given; an error in finding them comes after those that were found. */
export async function* slicesTogether(slices: AsyncIterable<StreamSlice>): AsyncGenerator<StreamSlice> {
  const found: StreamSlice[] = [];
  let failure: { readonly error: unknown } | undefined;
  try {
    for await (const slice of slices) found.push(slice);
  } catch (error) {
    failure = { error };
  }
  yield* found;
  if (failure !== undefined) throw failure.error;
}

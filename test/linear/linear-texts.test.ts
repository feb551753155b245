import { describe, expect, it } from 'vitest';
import { slowReadings } from './measure.ts';
import { allReaders } from './readers.ts';

// `scripts/fuzz-linear.ts` takes all runs, and longer ones.
const RUNS = [' ', '\n', '0', 'a', '-', '"', '<', '{'];

describe('reading a long run of one character takes linear time', () => {
  it.each(allReaders().map((reader) => [reader.name, reader] as const))('%s', async (_name, reader) =>
    expect(await slowReadings(reader, [16_384], RUNS, [['', '']])).toEqual([]),
  );
});

describe('slowReadings', () => {
  it('finds a reader that looks at a run again from each place in it', async () => {
    const reader = { name: 'a slow trim', read: (text: string) => text.replace(/ +$/, '') };
    expect((await slowReadings(reader, [16_384], [' '], [['', 'b']])).length).toBe(1);
  });
});

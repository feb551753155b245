import { describe, expect, it } from 'vitest';
import type { RecordWriter } from '../protocol/output.ts';
import type { Cursor } from './kinds.ts';
import type { PagePositions } from './page-positions.ts';
import { createStateWriter } from './state-writer.ts';

const SECOND = 1_000_000;

/** A stream whose state is so many characters long, and the pages after which it was printed. */
function createStream(length: number, isAskedFor: boolean) {
  const printed: number[] = [];
  let [pages, count, now] = [0, 0, 0];
  const writer: RecordWriter = {
    get count() {
      return count;
    },
    write() {},
    state: () => void printed.push(pages),
  };
  const state = { text: 'x'.repeat(length - '{"text":""}'.length) };
  const positions = { state: () => state, isAskedFor } as unknown as PagePositions;
  const states = createStateWriter(writer, {} as Cursor, positions, { steady: () => BigInt(now) });
  return {
    /** The pages after which states came, of so many pages of ten records, each page taking so long. */
    read(most: number, seconds = 0): number[] {
      for (pages = 1; pages <= most; pages++) {
        count += 10;
        now += seconds * SECOND;
        states.onPage();
      }
      return printed;
    },
  };
}

describe('a state', () => {
  it('that is short comes after each page, whatever it costs', () => {
    expect(createStream(16_384, false).read(4)).toEqual([1, 2, 3, 4]);
  });

  it('that is long comes when there is a record for each 256 characters of it', () => {
    expect(createStream(25_600, false).read(31)).toEqual([1, 11, 21, 31]);
  });

  it('that is long comes after a minute', () => {
    expect(createStream(1_000_000, false).read(10, 20)).toEqual([1, 4, 7, 10]);
  });

  it('that pages were asked for comes after each page, however long it is', () => {
    expect(createStream(1_000_000, true).read(4)).toEqual([1, 2, 3, 4]);
  });
});

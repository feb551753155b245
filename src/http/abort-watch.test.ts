import { getHeapSpaceStatistics } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { type Abortable, watchAbort } from './abort-watch.ts';

interface Noted extends Abortable {
  readonly held: readonly number[];
}

function noted(name: string, aborted: string[]): Noted {
  return { place: -1, abort: () => aborted.push(name), held: new Array<number>(256).fill(0.5) };
}

const oldObjects = (): number => getHeapSpaceStatistics().find(({ space_name: name }) => name === 'old_space')?.space_used_size ?? 0;

describe('a watch of a signal', () => {
  it('gives up those that are there, in whatever order others left', () => {
    const { signal, abort } = controlled();
    const aborted: string[] = [];
    const all = ['a', 'b', 'c', 'd', 'e'].map((name) => noted(name, aborted));
    const watch = watchAbort(signal);
    for (const one of all) watch.add(one);
    for (const place of [1, 4, 1, 0]) watch.remove(all[place] as Noted);
    abort();
    expect(aborted.toSorted()).toEqual(['c', 'd']);
  });

  it('lets those that are given up leave while others are still to come', () => {
    const { signal, abort } = controlled();
    const aborted: string[] = [];
    const watch = watchAbort(signal);
    for (const name of ['a', 'b', 'c']) {
      const one: Abortable = {
        place: -1,
        abort() {
          aborted.push(name);
          watch.remove(one);
        },
      };
      watch.add(one);
    }
    abort();
    expect(aborted).toEqual(['a', 'b', 'c']);
  });

  it('keeps nothing of those that left for the next full collection', () => {
    const { signal } = controlled();
    const watch = watchAbort(signal);
    const before = oldObjects();
    const underWay: Noted[] = [];
    for (let count = 0; count < 20_000; count += 1) {
      const one = noted('', []);
      watch.add(one);
      underWay.push(one);
      if (underWay.length > 20) watch.remove(underWay.shift() as Noted);
    }
    // 20,000 of 2 kB each went by.
    expect(oldObjects() - before).toBeLessThan(4e6);
  });
});

function controlled(): { signal: AbortSignal; abort(): void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}

import { describe, expect, it } from 'vitest';
import { createAdaptiveRate } from './adaptive-rate.ts';

const URL = 'http://api/items';

/** A clock that workers move by waiting, the one that wakes first being the next. */
function simulate() {
  let now = 1_000_000;
  const sleepers: { at: number; wake: () => void }[] = [];
  const sleep = (ms: number): Promise<void> => new Promise((wake) => void sleepers.push({ at: now + ms, wake }));
  return {
    now: () => now,
    sleep,
    get since() {
      return now - 1_000_000;
    },
    /** Lets time pass until everything is done. */
    async run(work: Promise<unknown>): Promise<void> {
      let isDone = false;
      void work.then(() => {
        isDone = true;
      });
      while (true) {
        for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
        if (isDone) return;
        sleepers.sort((a, b) => a.at - b.at);
        const next = sleepers.shift();
        if (next === undefined) throw new Error('Nobody waits and nothing is done.');
        now = Math.max(now, next.at);
        next.wake();
      }
    },
  };
}

/** Workers that make so many requests to an API that takes so many in each second; gives the refusals and the seconds that it took. */
async function play(
  workers: number,
  requests: number,
  perSecond: number,
  isAdaptive: boolean,
): Promise<{ refused: number; seconds: number }> {
  const clock = simulate();
  const rate = isAdaptive ? createAdaptiveRate(clock) : undefined;
  let [left, refused, taken, window] = [requests, 0, 0, 0];
  async function worker(): Promise<void> {
    while (left > 0) {
      await rate?.ready(URL);
      await clock.sleep(10);
      const second = Math.floor(clock.now() / 1000);
      if (second !== window) [window, taken] = [second, 0];
      if (taken < perSecond) {
        taken += 1;
        left -= 1;
        rate?.sawSuccess(URL);
      } else {
        refused += 1;
        rate?.sawLimit(URL);
        await clock.sleep(200);
      }
    }
  }
  await clock.run(Promise.all(Array.from({ length: workers }, worker)));
  return { refused, seconds: clock.since / 1000 };
}

describe('createAdaptiveRate', () => {
  it('leaves requests alone as long as nothing is refused', async () => {
    expect(await play(8, 1000, 100_000, true)).toEqual(await play(8, 1000, 100_000, false));
  });

  it('gets an API to refuse a small part of what it refused, in not much more time', async () => {
    const [greedy, adaptive] = [await play(10, 2000, 40, false), await play(10, 2000, 40, true)];
    expect(greedy.refused).toBeGreaterThan(1000);
    expect(adaptive.refused).toBeLessThan(greedy.refused / 4);
    expect(adaptive.seconds).toBeLessThan(greedy.seconds * 1.5);
  });

  it('halves the rate at the second limit, once for requests that were under way together, and forgets the limit in the end', async () => {
    let now = 0;
    const waits: number[] = [];
    const rate = createAdaptiveRate({
      now: () => now,
      async sleep(ms) {
        waits.push(ms);
        now += ms;
      },
    });
    const ask = async (): Promise<void> => {
      for (let count = 0; count < 40; count += 1) {
        await rate.ready(URL);
        now += 50;
      }
    };
    await ask();
    expect(rate.sawLimit(URL)).toBeUndefined();
    await ask();
    expect(rate.sawLimit(URL)).toBe(10);
    expect(rate.sawLimit(URL)).toBeUndefined();
    for (let count = 0; count < 3; count += 1) await rate.ready(URL);
    expect(waits).toEqual([100, 100]);
    for (let second = 0; second < 40; second += 1) {
      now += 1000;
      rate.sawSuccess(URL);
    }
    waits.length = 0;
    for (let count = 0; count < 10; count += 1) await rate.ready(URL);
    expect(waits).toEqual([]);
  });

  it('keeps hosts apart', async () => {
    let now = 0;
    const rate = createAdaptiveRate({ now: () => now, sleep: () => Promise.reject(new Error('waited')) });
    for (let count = 0; count < 5; count += 1) {
      await rate.ready(URL);
      now += 100;
    }
    rate.sawLimit(URL);
    now += 1000;
    rate.sawLimit(URL);
    await rate.ready(URL);
    await expect(rate.ready(URL)).rejects.toThrow('waited');
    await rate.ready('http://other/');
    await rate.ready('http://other/');
  });
});

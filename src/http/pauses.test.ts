import { describe, expect, it } from 'vitest';
import { createHostPauses, sleep } from './pauses.ts';
import { parseHttpDate } from './retry-after.ts';

describe('createHostPauses', () => {
  it('keeps the longest pause of a host, and asks again when it was prolonged', async () => {
    let clock = 0;
    const slept: number[] = [];
    const pauses = createHostPauses({
      now: () => clock,
      sleep: async (ms) => {
        slept.push(ms);
        if (slept.length === 1) pauses.pause('http://a/', 150);
        clock += ms;
      },
    });
    pauses.pause('http://a/x', 100);
    pauses.pause('http://a/y', 50);
    expect([pauses.remaining('http://a/'), pauses.remaining('http://a:81/')]).toEqual([100, 0]);
    await pauses.ready('http://a/z');
    expect(slept).toEqual([100, 50]);
    expect(pauses.remaining('http://a/')).toBe(0);
  });
});

describe('sleep', () => {
  it('wakes when the signal aborts', async () => {
    const controller = new AbortController();
    const sleeping = sleep(1e12, controller.signal);
    controller.abort(new Error('stop'));
    await expect(sleeping).rejects.toThrow('stop');
    await expect(sleep(5, AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
    await expect(sleep(0)).resolves.toBeUndefined();
  });
});

describe('parseHttpDate', () => {
  it.each(['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun, 06-Nov-1994 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'])(
    '%s',
    (text) => {
      expect(parseHttpDate(text)).toBe(784_111_777_000);
    },
  );
  it.each(['1994-11-06', 'Sun, 06 Foo 1994 08:49:37 GMT', '5'])('not %s', (text) => expect(parseHttpDate(text)).toBeNull());
});

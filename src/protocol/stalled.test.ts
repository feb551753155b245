import { expect, it } from 'vitest';
import { StalledError, unlessStalled } from './stalled.ts';

/** Does what Node does when it has nothing left to wait for. */
function goIdle(): void {
  process.emit('beforeExit', 0);
}

const never = (): Promise<never> => new Promise(() => {});

it('gives what the work gives, and throws what it throws', async () => {
  expect(await unlessStalled('run', Promise.resolve(5))).toBe(5);
  await expect(unlessStalled('run', Promise.reject(new Error('wrong')))).rejects.toThrow('wrong');
  goIdle();
});

it('ends the innermost work first, all of it, and leaves that around to go on', async () => {
  const around = unlessStalled(
    'command',
    (async () => {
      const ends = await Promise.allSettled([
        unlessStalled('slice', never()),
        unlessStalled('slice', never()),
        unlessStalled('slice', Promise.resolve('done')),
      ]);
      return ends.map((end) => (end.status === 'rejected' ? end.reason instanceof StalledError : end.value));
    })(),
  );
  await Promise.resolve();
  goIdle();
  expect(await around).toEqual([true, true, 'done']);
});

it('goes on to the work around, when nothing comes of that', async () => {
  const around = unlessStalled(
    'command',
    unlessStalled('run', never()).catch(() => never()),
  );
  goIdle();
  await new Promise((resolve) => setImmediate(resolve));
  goIdle();
  await expect(around).rejects.toThrow('nothing left to wait for');
});

it('listens to nothing once the work is done', async () => {
  const before = process.listenerCount('beforeExit');
  const work = unlessStalled('run', Promise.resolve());
  expect(process.listenerCount('beforeExit')).toBe(before + 1);
  await work;
  expect(process.listenerCount('beforeExit')).toBe(before);
});

import { describe, expect, it, vi } from 'vitest';
import { MemorySource, NetworkSource } from './byte-source.ts';

function networkSource() {
  const flow = { pause: vi.fn(), resume: vi.fn(), abort: vi.fn(), refuse: vi.fn(() => new Error('too long')), mostHeld: 1_000_000 };
  return { flow, source: new NetworkSource(flow) };
}

const CHUNK = new Uint8Array(100_000);

describe('NetworkSource', () => {
  it('gives chunks as they come, waits for more and ends', async () => {
    const { source } = networkSource();
    source.push(Uint8Array.of(1));
    const first = await source.next();
    const second = source.next();
    source.push(Uint8Array.of(2));
    source.end();
    expect([first, await second, await source.next(), await source.next()]).toEqual([Uint8Array.of(1), Uint8Array.of(2), null, null]);
  });

  it('pauses the connection while too much waits, and resumes it once that is read', async () => {
    const { flow, source } = networkSource();
    for (let i = 0; i < 4; i++) source.push(CHUNK);
    expect(flow.pause).toHaveBeenCalledTimes(1);
    for (let i = 0; i < 3; i++) await source.next();
    expect(flow.resume).not.toHaveBeenCalled();
    await source.next();
    expect(flow.resume).toHaveBeenCalledTimes(1);
  });

  it('never pauses while all is collected', async () => {
    const { flow, source } = networkSource();
    const all = source.all();
    for (let i = 0; i < 10; i++) source.push(CHUNK);
    source.end();
    expect(await all).toHaveLength(1_000_000);
    expect(flow.pause).not.toHaveBeenCalled();
  });

  it.each([true, false])('refuses to hold more than it may (all of it was there before: %s)', async (isThere) => {
    const { flow, source } = networkSource();
    const push = (): void => {
      for (let i = 0; i < 11; i++) source.push(CHUNK);
    };
    if (isThere) {
      push();
      source.end();
    }
    const all = source.all();
    if (!isThere) push();
    await expect(all).rejects.toThrow('too long');
    expect(flow.refuse).toHaveBeenCalled();
  });

  it('resumes a paused connection to collect the rest', async () => {
    const { flow, source } = networkSource();
    for (let i = 0; i < 3; i++) source.push(CHUNK);
    const all = source.all();
    expect(flow.resume).toHaveBeenCalledTimes(1);
    source.end();
    expect(await all).toHaveLength(300_000);
  });

  it('fails readers that wait and readers that come later', async () => {
    const { source } = networkSource();
    const waiting = source.next();
    source.fail(new Error('broken'));
    await expect(waiting).rejects.toThrow('broken');
    await expect(source.all()).rejects.toThrow('broken');
  });

  it('reads a little that is given up and breaks off what is long', () => {
    const { flow, source } = networkSource();
    source.discard();
    source.push(CHUNK);
    expect(flow.abort).not.toHaveBeenCalled();
    source.push(CHUNK);
    source.push(CHUNK);
    expect(flow.abort).toHaveBeenCalled();
  });
});

describe('MemorySource', () => {
  it('gives its bytes once', async () => {
    const source = new MemorySource(Uint8Array.of(1, 2));
    expect(await source.next()).toEqual(Uint8Array.of(1, 2));
    expect(await source.next()).toBeNull();
  });
});

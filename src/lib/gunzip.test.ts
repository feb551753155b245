import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { gunzip } from './gunzip.ts';

async function* pieces(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

async function unpack(bytes: Uint8Array, length = 5): Promise<{ text: string; error: unknown }> {
  const chunks: Uint8Array[] = [];
  let error: unknown;
  try {
    for await (const chunk of gunzip(pieces(bytes, length))) chunks.push(chunk);
  } catch (thrown) {
    error = thrown;
  }
  return { text: Buffer.concat(chunks).toString(), error };
}

describe('gunzip', () => {
  const text = 'line\n'.repeat(50_000);

  it('unpacks one member or several', async () => {
    expect((await unpack(gzipSync(text), 100)).text).toBe(text);
    expect((await unpack(Buffer.concat([gzipSync('a'), gzipSync('b')]), 1)).text).toBe('ab');
    expect(await unpack(gzipSync(''))).toEqual({ text: '', error: undefined });
  });

  it('passes on what is not packed', async () => {
    for (const plain of ['', 'x', '\x1f', 'plain text'])
      expect(await unpack(Buffer.from(plain), 1)).toEqual({ text: plain, error: undefined });
  });

  it('gives what was there before the bytes break off, then fails', async () => {
    const packed = gzipSync('first\nsecond\n');
    const { text: found, error } = await unpack(packed.subarray(0, packed.length - 8));
    expect(found).toBe('first\nsecond\n');
    expect(error).toBeInstanceOf(Error);
  });

  it('fails on damaged bytes', async () => {
    const packed = gzipSync(text);
    packed.fill(0xff, 20, 60);
    expect((await unpack(packed)).error).toBeInstanceOf(Error);
  });

  it('gives up on bytes that grow too much', async () => {
    const bomb = gzipSync(Buffer.alloc(70 * 1024 * 1024));
    let length = 0;
    const reading = (async () => {
      for await (const chunk of gunzip(pieces(bomb, 16_384), 250)) length += chunk.length;
    })();
    await expect(reading).rejects.toThrow('grows too much');
    expect(length).toBeLessThanOrEqual(64 * 1024 * 1024);
    for await (const chunk of gunzip(pieces(bomb, 16_384), 2000)) length -= chunk.length;
    expect(length).toBeLessThan(0);
  });

  it('ends its source when the reader stops early', async () => {
    let ended = false;
    async function* source(): AsyncGenerator<Uint8Array> {
      try {
        while (true) yield gzipSync(text);
      } finally {
        ended = true;
      }
    }
    for await (const _ of gunzip(source())) break;
    expect(ended).toBe(true);
  });
});

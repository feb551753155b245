import { describe, expect, it } from 'vitest';
import { freeBytes, joinBytes } from './free-bytes.ts';

describe('freeBytes', () => {
  it('gives the memory of bytes back that fill their buffer', () => {
    const bytes = Buffer.alloc(200_000);
    freeBytes(bytes);
    expect(bytes.length).toBe(0);
  });

  it('gives the memory of larger buffers back only where nobody reads the rest', () => {
    const buffer = new ArrayBuffer(200_000);
    const [bytes, rest] = [new Uint8Array(buffer, 0, 100_000), new Uint8Array(buffer, 100_000)];
    freeBytes(bytes);
    expect([bytes.length, rest.length]).toEqual([100_000, 100_000]);
    freeBytes(bytes, { wholeBuffer: true });
    expect([bytes.length, rest.length]).toEqual([0, 0]);
  });

  it.each([10, 5000, 30_000])('leaves the pool alone that Node cuts %i bytes from', (length) => {
    const bytes = Buffer.from('x'.repeat(length));
    const neighbour = Buffer.from('y'.repeat(100));
    freeBytes(bytes, { wholeBuffer: true });
    expect([bytes.length === length || bytes.buffer !== neighbour.buffer, neighbour.toString()]).toEqual([true, 'y'.repeat(100)]);
  });
});

describe('joinBytes', () => {
  it.each([5000, 20_000, 70_000])('puts %i bytes where they can be given back', (length) => {
    const bytes = joinBytes([Buffer.from('a'), Buffer.alloc(length, 'b'), Buffer.from('c')]);
    expect([bytes.length, bytes.toString('latin1', 0, 2), bytes.toString('latin1', length)]).toEqual([length + 2, 'ab', 'bc']);
    freeBytes(bytes);
    expect(bytes.length).toBe(0);
  });
});

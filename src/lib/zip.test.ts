import { describe, expect, it } from 'vitest';
import { makeZip } from '../testing/make-zip.ts';
import { readZip, ZipError } from './zip.ts';

async function textOf(bytes: Uint8Array, index = 0): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of readZip(bytes)[index]?.chunks() ?? []) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('readZip', () => {
  const archive = makeZip([
    { name: 'b.csv', text: 'a\n1\n' },
    { name: 'dir/é.txt', text: 'stored', stored: true },
  ]);

  it('lists the files in the order of the directory', () => {
    expect(readZip(archive).map(({ name }) => name)).toEqual(['b.csv', 'dir/é.txt']);
  });

  it('unpacks files that are deflated and files that are stored', async () => {
    expect(await textOf(archive)).toBe('a\n1\n');
    expect(await textOf(archive, 1)).toBe('stored');
  });

  it('reads an archive with bytes before it and a comment after it', async () => {
    expect(await textOf(Buffer.concat([Buffer.from('#!/bin/unzip\n'), archive]))).toBe('a\n1\n');
    const commented = Buffer.concat([archive, Buffer.from('a comment')]);
    commented.writeUInt16LE(9, archive.length - 2);
    expect(await textOf(commented)).toBe('a\n1\n');
  });

  it('reads an archive without files', () => {
    expect(readZip(makeZip([]))).toEqual([]);
  });

  it('refuses what is no archive, and a directory that is cut off', () => {
    expect(() => readZip(Buffer.from('no archive at all, but long enough to be one'))).toThrow(ZipError);
    expect(() => readZip(new Uint8Array(0))).toThrow(ZipError);
    expect(() => readZip(archive.subarray(archive.length - 40))).toThrow(ZipError);
  });

  it('refuses a file whose bytes were changed', async () => {
    const stored = makeZip([{ name: 'a', text: 'hello', stored: true }]);
    stored[stored.indexOf('hello')] = 0x48;
    await expect(textOf(stored)).rejects.toThrow('checksum');
    const deflated = makeZip([{ name: 'a', text: 'hello hello hello' }]);
    deflated.fill(0xff, 31, 36);
    await expect(textOf(deflated)).rejects.toThrow(ZipError);
  });

  it('refuses an encrypted file and an unknown method', async () => {
    const encrypted = makeZip([{ name: 'a', text: 'x', flags: 1 }]);
    await expect(textOf(encrypted)).rejects.toThrow('encrypted');
    await expect(textOf(makeZip([{ name: 'a', text: 'x', method: 12 }]))).rejects.toThrow('method 12');
  });
});

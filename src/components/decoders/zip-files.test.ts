import { describe, expect, it } from 'vitest';
import { makeZip } from '../../testing/make-zip.ts';
import { listZip, ZipError } from './zip-files.ts';

async function namesOf(bytes: Uint8Array): Promise<string[]> {
  return (await listZip(bytes)).map(({ name }) => name);
}

async function textOf(bytes: Uint8Array, index = 0): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of (await listZip(bytes))[index]?.chunks() ?? []) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('listZip', () => {
  const archive = makeZip([
    { name: 'b.csv', text: 'a\n1\n' },
    { name: 'dir/é.txt', text: 'stored', stored: true },
  ]);

  it('lists the files in the order of the directory', async () => {
    expect(await namesOf(archive)).toEqual(['b.csv', 'dir/é.txt']);
  });

  it('unpacks files that are deflated and files that are stored', async () => {
    expect(await textOf(archive)).toBe('a\n1\n');
    expect(await textOf(archive, 1)).toBe('stored');
  });

  it('gives a large file in pieces', async () => {
    const text = 'abcdefgh'.repeat(100_000);
    const [file] = await listZip(makeZip([{ name: 'a', text }]));
    const lengths: number[] = [];
    for await (const chunk of file?.chunks() ?? []) lengths.push(chunk.length);
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(text.length);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(64 * 1024);
  });

  it('gives up on an archive whose files together grow too much', async () => {
    const text = '0'.repeat(40 * 1024 * 1024);
    const [first, second] = await listZip(
      makeZip([
        { name: 'a', text },
        { name: 'b', text },
      ]),
      250,
    );
    let length = 0;
    for await (const chunk of first?.chunks() ?? []) length += chunk.length;
    expect(length).toBe(text.length);
    await expect(Array.fromAsync(second?.chunks() ?? [])).rejects.toThrow('grows too much');
  });

  it('reads files without bytes, and folders', async () => {
    const empty = makeZip([
      { name: 'dir/', text: '', stored: true },
      { name: 'a', text: '' },
    ]);
    expect([await textOf(empty), await textOf(empty, 1)]).toEqual(['', '']);
  });

  it('takes names that would be unsafe as paths', async () => {
    const names = ['/a', '../b', 'C:\\c'];
    expect(await namesOf(makeZip(names.map((name) => ({ name, text: 'x' }))))).toEqual(names);
  });

  it('gives the last of the files with the same name for each of them', async () => {
    const twice = makeZip([
      { name: 'a', text: 'first' },
      { name: 'a', text: 'last' },
    ]);
    expect([await textOf(twice), await textOf(twice, 1)]).toEqual(['last', 'last']);
  });

  it('reads an archive with a comment, and one without files', async () => {
    const commented = Buffer.concat([archive, Buffer.from('a comment')]);
    commented.writeUInt16LE(9, archive.length - 2);
    expect(await textOf(commented)).toBe('a\n1\n');
    expect(await namesOf(makeZip([]))).toEqual([]);
  });

  it('refuses what is no archive, a directory that is cut off, and bytes before or after the archive', async () => {
    const broken = [
      Buffer.from('no archive at all, but long enough to be one'),
      new Uint8Array(0),
      archive.subarray(archive.length - 40),
      Buffer.concat([Buffer.from('\n'), archive]),
      Buffer.concat([archive, Buffer.from('\n')]),
    ];
    for (const bytes of broken) await expect(listZip(bytes)).rejects.toThrow(ZipError);
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
    await expect(textOf(makeZip([{ name: 'a', text: 'x', method: 12 }]))).rejects.toThrow('method: 12');
  });
});

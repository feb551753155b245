import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createFileStore, filesFolder } from './file-store.ts';

function folder(): string {
  const made = mkdtempSync(path.join(tmpdir(), 'file-store-'));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}

async function* chunks(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

describe('createFileStore', () => {
  it('stores a file in folders of its own', async () => {
    const root = folder();
    const stored = await createFileStore(root)('notes//./a/b.txt', chunks('on', 'e'));
    expect(stored).toEqual({ path: path.join(root, 'notes/a/b.txt'), relativePath: 'notes/a/b.txt', bytes: 3 });
    expect(readFileSync(stored.path, 'utf8')).toBe('one');
  });

  it('replaces what is there', async () => {
    const store = createFileStore(folder());
    await store('notes/a', chunks('longer'));
    const { path: file } = await store('notes/a', chunks('new'));
    expect(readFileSync(file, 'utf8')).toBe('new');
  });

  it('removes a file that breaks off', async () => {
    const root = folder();
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('half');
      throw new Error('broken off');
    }
    await expect(createFileStore(root)('notes/a', broken())).rejects.toThrow('broken off');
    expect(readdirSync(path.join(root, 'notes'))).toEqual([]);
  });

  it.each(['../a', 'notes/../../a', 'notes/', '.', ''])('refuses the path "%s"', async (file) => {
    await expect(createFileStore(folder())(file, chunks('x'))).rejects.toThrow('cannot be stored');
  });
});

describe('a file that the system refuses', () => {
  it('is an error that names it', async () => {
    const store = createFileStore(folder());
    await store('notes/a', chunks('x'));
    const long = Array.from({ length: 30 }, () => 'x'.repeat(200)).join('/');
    for (const [file, reason] of [
      ['notes/a/b', 'EEXIST'],
      ['notes', 'EISDIR'],
      [long, 'ENAMETOOLONG'],
    ] as const) {
      const storing = store(file, chunks('x'));
      await expect(storing).rejects.toThrow(`The file "${file}" cannot be stored in`);
      await expect(storing).rejects.toThrow(reason);
    }
  });
});

describe('filesFolder', () => {
  it('is the staging folder when there is one', () => {
    const root = folder();
    expect(filesFolder({ AIRBYTE_STAGING_DIRECTORY: root })).toBe(root);
    expect(filesFolder({ AIRBYTE_STAGING_DIRECTORY: path.join(root, 'none') })).toBe('/tmp/airbyte-file-transfer');
  });
});

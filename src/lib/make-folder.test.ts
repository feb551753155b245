import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { makeFolder } from './make-folder.ts';

function emptyFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'folder-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

it('makes the folders above too, and is content with those that are there', async () => {
  const folder = path.join(emptyFolder(), 'a/b/c');
  await Promise.all([makeFolder(folder), makeFolder(folder)]);
  await makeFolder(folder);
  expect(statSync(folder).isDirectory()).toBe(true);
});

it('says why one cannot be made below a file', async () => {
  const file = path.join(emptyFolder(), 'file');
  writeFileSync(file, '');
  await expect(makeFolder(path.join(file, 'a'))).rejects.toThrow('ENOTDIR');
  await expect(makeFolder(file)).rejects.toThrow('EEXIST');
});

it.runIf(existsSync('/proc/self'))('ends where the system lets nobody make one', async () => {
  await expect(makeFolder('/proc/no-process/a')).rejects.toThrow('ENOENT');
});

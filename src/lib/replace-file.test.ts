import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { proveReplaceable, replaceFile } from './replace-file.ts';

function folderOf(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'replace-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(path.join(folder, name), content);
  return folder;
}

describe('replaceFile', () => {
  it.each([
    ['longer', 'before and more'],
    ['shorter', 'b'],
  ])('replaces a file by a %s content, keeps its mode and leaves nothing beside it', (_name, content) => {
    const folder = folderOf({ config: 'before' });
    const file = path.join(folder, 'config');
    chmodSync(file, 0o640);
    replaceFile(file, content);
    expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777, readdirSync(folder)]).toEqual([content, 0o640, ['config']]);
  });

  it('makes a file with the mode that it is told', () => {
    const file = path.join(folderOf(), 'new');
    replaceFile(file, 'content', { mode: 0o600 });
    expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777]).toEqual(['content', 0o600]);
  });

  it.each([
    ['to a file', { real: 'before' }],
    ['to no file yet', {}],
  ])('follows a link %s', (_name, files) => {
    const folder = folderOf(files);
    const link = path.join(folder, 'link');
    symlinkSync('real', link);
    replaceFile(link, 'after');
    expect([lstatSync(link).isSymbolicLink(), readFileSync(path.join(folder, 'real'), 'utf8'), readdirSync(folder).sort()]).toEqual([
      true,
      'after',
      ['link', 'real'],
    ]);
  });

  it('keeps a file one file under all its names', () => {
    const folder = folderOf({ config: 'before' });
    linkSync(path.join(folder, 'config'), path.join(folder, 'other'));
    replaceFile(path.join(folder, 'config'), 'after');
    expect(['config', 'other'].map((name) => readFileSync(path.join(folder, name), 'utf8'))).toEqual(['after', 'after']);
  });

  it('overwrites in place where no file can be made beside it', () => {
    const folder = folderOf({ config: 'before' });
    // The name of the draft is taken by a folder that cannot be removed as a file.
    mkdirSync(path.join(folder, 'config.new'));
    const { ino } = statSync(path.join(folder, 'config'));
    for (const content of ['after and longer', 'short']) {
      replaceFile(path.join(folder, 'config'), content);
      expect([readFileSync(path.join(folder, 'config'), 'utf8'), statSync(path.join(folder, 'config')).ino]).toEqual([content, ino]);
    }
  });

  it('writes to what is no regular file', () => {
    replaceFile('/dev/null', 'content');
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  it('throws where nothing can be written', () => {
    expect(() => replaceFile(path.join(folderOf(), 'none', 'config'), 'content')).toThrow('ENOENT');
  });
});

describe('proveReplaceable', () => {
  it('leaves the file as it was', () => {
    const folder = folderOf({ config: 'before' });
    proveReplaceable(path.join(folder, 'config'), 1000);
    expect([readFileSync(path.join(folder, 'config'), 'utf8'), readdirSync(folder)]).toEqual(['before', ['config']]);
  });

  it.each([
    ['is a device', '/dev/null', 'no regular file'],
    ['is not there', '/nowhere/config', 'ENOENT'],
    ['cannot be changed', '/proc/version', 'E'],
  ])('throws for what %s', (_name, file, message) => {
    expect(() => proveReplaceable(file, 10)).toThrow(message);
  });
});

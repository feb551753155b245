import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createReadBeside } from './read-beside.ts';

describe('createReadBeside', () => {
  let outer = '';
  let folder = '';
  beforeAll(() => {
    outer = mkdtempSync(path.join(tmpdir(), 'read-beside-'));
    folder = path.join(outer, 'connector');
    mkdirSync(path.join(folder, 'schemas'), { recursive: true });
    mkdirSync(path.join(folder, '..data'));
    writeFileSync(path.join(folder, 'schemas/users.json'), 'inside');
    writeFileSync(path.join(folder, '..data/users.json'), 'inside');
    writeFileSync(path.join(outer, 'users.json'), 'outside');
  });
  afterAll(() => rmSync(outer, { recursive: true }));

  it.each(['schemas/users.json', './schemas/users.json', 'schemas/../schemas/users.json', '..data/users.json'])('reads %s', async (file) =>
    expect(await createReadBeside(folder)(file)).toBe('inside'),
  );

  it.each(['../users.json', 'schemas/../../users.json', '..', '/etc/hostname'])('refuses %s', async (file) =>
    expect(createReadBeside(folder)(file)).rejects.toThrow(`${file} lies outside of ${folder}`),
  );

  it('knows no file that is not there, and none without a folder', async () => {
    expect(await createReadBeside(folder)('nothing.json')).toBeUndefined();
    expect(await createReadBeside(undefined)('schemas/users.json')).toBeUndefined();
  });
});

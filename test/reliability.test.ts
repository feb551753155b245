import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { GUARD_SETTINGS } from '../src/engine/guards.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const text = readFileSync(path.join(ROOT, 'docs/reliability.md'), 'utf8');
const rows = text
  .split('\n')
  .flatMap((line) => (line.startsWith('| ') ? [line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, ''))] : []));

describe('docs/reliability.md', () => {
  it('tells of every guard with its default', () => {
    const told = rows.flatMap(([name = '', value = '', about = '']) => (/^`\w+`$/.test(name) ? [[name, value, about]] : []));
    const settings = Object.entries(GUARD_SETTINGS).map(([name, setting]) => [
      `\`${name}\``,
      setting.default === Number.POSITIVE_INFINITY ? 'none' : String(setting.default),
      setting.about,
    ]);
    expect(told).toEqual(settings);
  });

  it('names tests that there are', () => {
    const promises = rows.filter((cells) => cells.length === 3 && !/^`|^guard$|^promise$|^-/.test(cells[0] ?? ''));
    const files = promises.flatMap(([, , tests = '']) =>
      [...tests.matchAll(/`(?:node )?((?:src|test|integration_tests|scripts)\/[^` ]+)/g)].map(([, file]) => file as string),
    );
    expect(promises.length).toBeGreaterThan(5);
    expect(files.length).toBeGreaterThan(5);
    expect(files.filter((file) => !existsSync(path.join(ROOT, file)))).toEqual([]);
  });
});

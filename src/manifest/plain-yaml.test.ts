import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringifyJson } from '../lib/json.ts';
import { Random } from '../testing/random.ts';
import { readPlainYaml } from './plain-yaml.ts';
import { readYaml } from './yaml.ts';

const MANIFEST = readFileSync(path.resolve(import.meta.dirname, '../../manifest.yaml'), 'utf8');
const PIECES = [
  ...[
    ':',
    ': ',
    '- ',
    ' ',
    '\n',
    '\n  ',
    '\n    ',
    ' #',
    '"',
    "'",
    '{',
    '}',
    '[',
    ']',
    ',',
    '|',
    '>-',
    '|2',
    '&a ',
    '*a',
    '!!str ',
    '? ',
    '---',
    '...',
  ],
  ...[
    '\\x41',
    '\\\n',
    '\r\n',
    '<<: ',
    'yes',
    '010',
    '1e3',
    '~',
    '2024-01-01',
    '@',
    '`',
    '- - a\n',
    'a: b\n',
    '[a: b]',
    '{a, b: }',
    '"a":b',
    ': |\n',
    '\t',
  ],
];

/** A few lines of the manifest with something put in, cut out or indented otherwise. */
function disturbed(random: Random): string {
  const lines = MANIFEST.split('\n');
  const start = random.below(lines.length);
  const chosen = lines.slice(start, start + 3 + random.below(20));
  const indent = /^ */.exec(chosen[0] as string)?.[0].length ?? 0;
  let text = chosen.map((line) => (line.slice(0, indent).trim() === '' ? line.slice(indent) : line)).join('\n');
  for (let change = random.below(3); change >= 0; change -= 1) {
    const at = random.below(text.length + 1);
    const rest = random.chance(0.3) ? text.slice(at + 1 + random.below(4)) : text.slice(at);
    text = text.slice(0, at) + (random.chance(0.8) ? random.pick(PIECES) : '') + rest;
  }
  return text;
}

describe('readPlainYaml', () => {
  it('reads a manifest as the full reader does', async () => {
    expect(stringifyJson((await readPlainYaml(MANIFEST)) ?? null)).toBe(stringifyJson((await readYaml(MANIFEST, 'm.yaml')).value ?? null));
  });

  it.each([
    'a: &x 1',
    'a: !!str 1',
    'a: 1\na: 2',
    'a: {<<: {b: 1}}',
    'a: 1\n---\nb: 2',
    '? a\n: b',
    '%YAML 1.1\n---\na: 1',
    'a:\n\tb: 1',
    'a: "foo\nb: 1',
    'a: 2024-13-01',
    ': a',
    '# nothing\n',
    `${'['.repeat(200)}${']'.repeat(200)}`,
  ])('leaves %j to the full reader', async (text) => {
    expect(await readPlainYaml(text)).toBeUndefined();
  });

  it('reads nothing otherwise than the full reader, and nothing that it refuses', async () => {
    const random = new Random(5);
    let read = 0;
    for (let round = 0; round < 1200; round += 1) {
      const text = disturbed(random);
      const plain = await readPlainYaml(text);
      if (plain === undefined) continue;
      read += 1;
      const { value, repeatedKeys } = await readYaml(text, 'm.yaml');
      expect({ text, value: stringifyJson(plain) }).toEqual({ text, value: stringifyJson(value ?? null) });
      expect(repeatedKeys).toEqual([]);
    }
    expect(read).toBeGreaterThan(150);
  });
});

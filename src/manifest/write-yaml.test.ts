import { expect, it } from 'vitest';
import { exactNumber, type Json, parseJson, stringifyJson } from '../lib/json.ts';
import { writeYaml } from './write-yaml.ts';
import { readYaml } from './yaml.ts';

it.each<{ value: Json; read?: string }>([
  { value: { a: 'text', b: ['x', 1, true, null, []], c: {}, 'a key: with colon': { '': '' } } },
  { value: ['yes', 'No', 'on', 'null', '~', '007', '1e3', '1_000', '0x1f', '1:30', '2024-01-02', '.5', '=', '<<', '-'] },
  { value: ['# a', 'a # b', ' a ', '!x', '&x', '*x', '"quoted"', "it's", 'one\ttab', 'a\r\nb', '\u2028', 'é', '\n', 'trailing \n'] },
  { value: { yes: 1, '010': 2, '<<': 3, '2024-01-01': 4 } },
  { value: ['{{ config["a"] }}: %d\n\n  indented\n'] },
  { value: [9007199254740993n, 12345678901234567890n, 1.5, -0.25, 1.5e-9, exactNumber('7.0')] },
  { value: parseJson('[1.0, 100000000000000000000, 1e5, -1.5e3, 2.50]'), read: '[1.0,100000000000000000000,100000.0,-1500.0,2.5]' },
])('$value comes back as it was', async ({ value, read }) => {
  const text = await writeYaml(value);
  expect(stringifyJson((await readYaml(text, 'a.yaml')).value)).toBe(read ?? stringifyJson(value));
});

it('writes blocks and plain texts, so that people can read it', async () => {
  expect(await writeYaml({ a: ['x', { b: 'c d' }], query: '{\n  id\n}\n' })).toBe('a:\n  - x\n  - b: c d\nquery: |\n  {\n    id\n  }\n');
});

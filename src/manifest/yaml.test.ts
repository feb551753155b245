import { describe, expect, it } from 'vitest';
import { stringifyJson } from '../lib/json.ts';
import { ManifestError } from './errors.ts';
import { readYaml } from './yaml.ts';

async function read(text: string): Promise<string> {
  return stringifyJson((await readYaml(text, 'm.yaml')).value);
}

async function failure(text: string): Promise<ManifestError> {
  const error: unknown = await readYaml(text, 'm.yaml').then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof ManifestError) return error;
  throw new Error('no ManifestError was thrown');
}

describe('readYaml', () => {
  it.each([
    ['[yes, No, ON, off, y, n, tRue]', '[true,false,true,false,"y","n","tRue"]'],
    ['[~, null, Null, nUll, ]', '[null,null,null,"nUll"]'],
    ['[010, 0o17, 08, 0x1F, -0b101, 1_000, +12, -0]', '[8,"0o17","08",31,-5,1000,12,0]'],
    ['[1.0, 1., .5, 1e3, 1.5e+3, 1.5e3, -0.0]', '[1.0,1.0,0.5,"1e3",1500.0,"1.5e3",-0.0]'],
    ['[1:30, 190:20:30, 1:30.5, 01:30, 1:60]', '[90,685230,90.5,"01:30","1:60"]'],
    ['123456789012345678901234567890', '123456789012345678901234567890'],
    ['[2024-01-01, 2024-1-1, "2024-01-01"]', '["2024-01-01","2024-1-1","2024-01-01"]'],
    ['2024-01-01T10:11:12Z', '"2024-01-01T10:11:12+00:00"'],
    ['2024-1-2 3:04:05.1234567 -5', '"2024-01-02T03:04:05.123456-05:00"'],
    ['["1", \'yes\', !!str 1, !!int "7", ! "yes"]', '["1","yes","1",7,true]'],
    ['a: |\n  x\n   y\nb: >-\n  x\n  y', '{"a":"x\\n y\\n","b":"x y"}'],
    ['a: {b: *x}\n', undefined],
  ])('reads %j as Python does', async (text, expected) => {
    if (expected === undefined) expect((await failure(text)).code).toBe('alias-undefined');
    else expect(await read(text)).toBe(expected);
  });

  it('writes keys as JSON writes their values', async () => {
    expect(await read('on: 1\n5: 2\n1.0: 3\n~: 4\n2024-01-01: 5')).toBe('{"5":2,"true":1,"1.0":3,"null":4,"2024-01-01":5}');
  });

  it('merges, own members winning over merged ones and earlier ones of a list over later ones', async () => {
    const text = 'a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc:\n  x: 0\n  <<: [*a, *b]\nd: {<<: *a, "<<": 3}';
    expect(JSON.parse(await read(text))).toMatchObject({ c: { x: 0, y: 1, z: 2 }, d: { x: 1, y: 1, '<<': 3 } });
    expect(Object.keys(JSON.parse(await read(text)).c)).toEqual(['y', 'z', 'x']);
  });

  it('takes the last of repeated keys and tells them', async () => {
    const { value, repeatedKeys, position } = await readYaml('a: 1\nb: 2\na: 3\n', 'm.yaml');
    expect(value).toEqual({ a: 3, b: 2 });
    expect(repeatedKeys.map(({ key, offset }) => [key, position(offset)])).toEqual([['a', { line: 3, column: 1 }]]);
  });

  it('gives an alias the very value of its anchor', async () => {
    const { value } = await readYaml('a: &x {b: 1}\nc: *x\n', 'm.yaml');
    const { a, c } = value as Record<string, unknown>;
    expect(a).toBe(c);
  });

  it('holds nothing when the text does', async () => {
    expect((await readYaml('# nothing\n', 'm.yaml')).value).toBeUndefined();
  });

  it.each([
    ['a: "foo\nb: 1', 'syntax', 'm.yaml:2:5'],
    ['a: b: c', 'syntax', 'm.yaml:1:4'],
    ['a:\n\tb: 1', 'syntax', 'm.yaml:2:1'],
    ['a: 1\n---\nb: 2', 'syntax', 'm.yaml:2:1'],
    ['a: {{ config }}', 'key-type', 'm.yaml:1:5'],
    ['a: 2024-13-01', 'value-unreadable', 'm.yaml:1:4'],
    ['a: !!binary aGk=', 'value-unreadable', 'm.yaml:1:13'],
    ['a: !!set {b}', 'value-unreadable', 'm.yaml:1:10'],
    ['a: {<<: 5}', 'merge-type', 'm.yaml:1:9'],
    ['a: &x {b: *x}', 'alias-circular', 'm.yaml:1:11'],
  ])('tells what is wrong with %j, and where', async (text, code, place) => {
    const error = await failure(text);
    expect(error.code).toBe(code);
    expect(error.message.startsWith(`${place}: `)).toBe(true);
    expect(error.message).toContain('^');
  });

  it.each([5_000, 100_000])('refuses %d nested lists', async (depth) => {
    expect((await failure('['.repeat(depth) + ']'.repeat(depth))).code).toBe('too-deep');
  });
});

import { describe, expect, it } from 'vitest';
import { type JsonObject, parseJson } from '../lib/json.ts';
import { createConfusionWatch } from './confusable-keys.ts';
import type { KeyForm } from './destination.ts';
import { rowIdentity } from './row-identity.ts';

const record = (json: string): JsonObject => parseJson(json) as JsonObject;

function identities(key: string[], records: string[], keyForm: KeyForm = 'typed'): string[] {
  return records.map(record).map(
    rowIdentity({
      mode: 'merge',
      key: key.map((name) => name.split('.')),
      keyForm,
    }),
  );
}

const distinct = (texts: readonly string[]): number => new Set(texts).size;

describe('the identity of a row', () => {
  it('tells keys of different types and texts apart', () => {
    const values = ['1', '"1"', 'true', '"true"', '"null"', '""', '" "', '"a"', '"A"', '"\\"a\\""', '["a"]', '"[\\"a\\"]"', '{"a":1}'];
    values.push(
      '0.1',
      '"0.1"',
      '9007199254740993',
      '9007199254740992',
      '"\\ud800"',
      '"\\ud801"',
      '"\\ufffd"',
      '"x\\u0000a"',
      '"x\\u0000b"',
    );
    const ids = identities(
      ['a'],
      values.map((value) => `{"a":${value}}`),
    );
    expect(distinct(ids)).toBe(values.length);
  });

  it('is one for one value, however it is written', () => {
    for (const values of [
      ['1', '1.0', '1e0', '10e-1'],
      ['{"x":1,"y":2.0}', '{"y":2,"x":1.0}'],
      ['"a"', '"\\u0061"'],
      ['0', '-0', '-0.0'],
    ]) {
      const ids = identities(
        ['a'],
        values.map((value) => `{"a":${value}}`),
      );
      expect(distinct(ids)).toBe(1);
    }
  });

  it('tells keys apart that hold what stands between their parts', () => {
    const ids = identities(['a', 'b'], ['{"a":"a\\u001fb","b":"c"}', '{"a":"a","b":"b\\u001fc"}', '{"a":"a","b":"b"}']);
    expect(distinct(ids)).toBe(3);
  });

  it('is not a hash that a text looks like', () => {
    const [long = ''] = identities(['a'], [`{"a":"${'x'.repeat(500)}"}`]);
    expect(long).toMatch(/^=#[0-9a-f]{40}$/);
    expect(identities(['a'], [`{"a":"${long.slice(1)}"}`])).not.toEqual([long]);
  });

  it('stays as it was for numbers and for texts that are nothing else', () => {
    const records = ['{"a":17}', '{"a":"3f2c-9"}', '{"a":"Ada Lovelace"}', '{"a":1.5}', '{"a":true}'];
    expect(identities(['a'], records)).toEqual(['=17', '=3f2c-9', '=Ada Lovelace', '=1.5', '=true']);
    expect(identities(['a'], records, 'untyped')).toEqual(identities(['a'], records));
  });

  it('is that of the content where a part of the key is missing, even one that every object inherits', () => {
    const ids = identities(['constructor'], ['{"a":1}', '{"a":1.0}', '{"a":2}', '{"constructor":1}']);
    expect(ids[0]).toMatch(/^#/);
    expect(ids[1]).toBe(ids[0]);
    expect(distinct(ids)).toBe(3);
  });
});

describe('keys of an untyped table', () => {
  it.each([
    ['texts beside numbers', ['a'], ['{"a":1}', '{"a":2}', '{"a":"1"}'], true],
    ['1 beside 1.0', ['a'], ['{"a":1}', '{"a":1.0}'], true],
    ['a separator in one of two parts', ['a', 'b'], ['{"a":"x\\u001fy","b":"z"}'], true],
    ['texts alone, some missing', ['a'], ['{"a":"1"}', '{"b":1}', '{"a":null}', '{"a":"true"}', '{"a":"x\\u001fy"}'], false],
    ['numbers alone', ['a', 'b'], ['{"a":1,"b":"x"}', '{"a":12345678901234567890,"b":"y"}'], false],
  ])('are confusable or not: %s', (_, key, records, expected) => {
    const isConfusable = createConfusionWatch(key.map((name) => [name]));
    expect(records.map(record).map(isConfusable).at(-1)).toBe(expected);
  });
});

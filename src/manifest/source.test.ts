import { describe, expect, it } from 'vitest';
import { Float, type JsonObject } from '../lib/json.ts';
import { ManifestError } from './errors.ts';
import { addSourceType, validateSource } from './source.ts';

const valid = { type: 'DeclarativeSource', version: '1', check: {}, streams: [] };

function problems(manifest: JsonObject): ManifestError[] {
  try {
    validateSource(manifest);
    return [];
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
    return [error, ...error.others];
  }
}

describe('addSourceType', () => {
  it('adds the type as the last key when there is none', () => {
    expect(Object.entries(addSourceType({ a: 1 }))).toEqual([
      ['a', 1],
      ['type', 'DeclarativeSource'],
    ]);
    expect(addSourceType({ type: 'Other' })).toEqual({ type: 'Other' });
  });
});

describe('validateSource', () => {
  it.each<JsonObject>([
    valid,
    { ...valid, version: 'abc' },
    { ...valid, version: '99.0.0' },
    { type: 'DeclarativeSource', version: '1', check: {}, dynamic_streams: [{}] },
    { ...valid, max_concurrent_async_job_count: new Float(3) },
    { ...valid, max_concurrent_async_job_count: '{{ config["n"] }}' },
  ])('accepts %j', (manifest) => {
    expect(validateSource(manifest)).toBe(manifest);
  });

  it('tells all that is missing, with the misspelt keys that were probably meant', () => {
    const found = problems({ type: 'DeclarativeSource', versoin: '1', steams: [] });
    expect(found.map(({ code, path }) => [code, path])).toEqual([
      ['key-missing', 'versoin'],
      ['key-missing', ''],
      ['key-missing', 'steams'],
    ]);
    expect(found[0]?.hint).toContain('did you mean "version"?');
    expect(found[1]?.summary).toBe('A manifest needs "check".');
    expect(found[2]?.summary).toBe('A manifest needs "streams" or "dynamic_streams".');
  });

  it.each<[string, JsonObject[string], string]>([
    ['type', 'DeclarativeStream', '"DeclarativeSource"'],
    ['version', new Float(1), 'a text'],
    ['check', null, 'an object'],
    ['streams', {}, 'a list of objects'],
    ['streams', ['#'], 'a list of objects'],
    ['spec', 'x', 'an object'],
    ['max_concurrent_async_job_count', 1.5, 'a whole number or a text'],
  ])('refuses %s: %j', (key, value, expected) => {
    const [error] = problems({ ...valid, [key]: value });
    expect(error).toMatchObject({ code: 'key-type', path: key, summary: `"${key}" must be ${expected}.` });
  });

  it('says how to write a version that YAML reads as a number', () => {
    expect(problems({ ...valid, version: new Float(1) })[0]?.hint).toBe('Put it in quotes: "1.0".');
  });

  it('refuses keys that do not belong there', () => {
    const found = problems({ ...valid, whatever: 1, definition: {} });
    expect(found.map(({ path }) => path)).toEqual(['whatever', 'definition']);
    expect(found[1]?.hint).toBe('Did you mean "definitions"?');
  });
});

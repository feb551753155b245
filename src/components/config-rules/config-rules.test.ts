import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../lib/json.ts';
import { buildFromYaml } from '../../testing/build-from-yaml.ts';

function transform(yaml: string, config: JsonObject): JsonObject {
  buildFromYaml('configTransformation', yaml).transform(config);
  return config;
}

describe('ConfigAddFields', () => {
  it('adds fields at any depth, with the types that are asked for', () => {
    const yaml = `
      type: ConfigAddFields
      fields:
        - {path: [creds, type], value: key}
        - {path: [creds, n], value: "{{ config['creds']['type'] | length }}"}
        - {path: [text], value: "007", value_type: string}`;
    expect(transform(yaml, { creds: { key: 'k' } })).toEqual({ creds: { key: 'k', type: 'key', n: 3 }, text: '007' });
  });

  it('asks its condition for each field', () => {
    const yaml = (condition: string) =>
      `{type: ConfigAddFields, fields: [{path: [a], value: "1"}, {path: [b], value: "2"}], condition: "${condition}"}`;
    expect(transform(yaml("{{ config['on'] }}"), {})).toEqual({});
    expect(transform(yaml('{{ value == 2 and path == ["b"] }}'.replaceAll('"', "'")), {})).toEqual({ b: 2 });
  });
});

describe('ConfigRemoveFields', () => {
  it('removes what is there', () => {
    expect(
      transform('{type: ConfigRemoveFields, field_pointers: [[a, "x*"], [gone, deep], [b]]}', { a: { x1: 1, x2: 2, y: 3 }, b: 1 }),
    ).toEqual({ a: { y: 3 } });
  });

  it('does so only when its condition holds', () => {
    expect(transform(`{type: ConfigRemoveFields, field_pointers: [[a]], condition: "{{ config['a'] == 2 }}"}`, { a: 1 })).toEqual({ a: 1 });
  });
});

describe('ConfigRemapField', () => {
  it('replaces a value that the map has', () => {
    const yaml = `{type: ConfigRemapField, field_path: [creds, "{{ config['field'] }}"], map: {old: new, "{{ config['field'] }}": 5}}`;
    expect(transform(yaml, { field: 'type', creds: { type: 'old' } })).toEqual({ field: 'type', creds: { type: 'new' } });
    expect(transform(yaml, { field: 'type', creds: { type: 'type' } })).toEqual({ field: 'type', creds: { type: 5 } });
  });

  it.each([
    ['another value', { creds: { type: 'x' } }],
    ['no value', { creds: {} }],
    ['a value that is no text', { creds: { type: 1 } }],
    ['a list on the way', { creds: [{ type: 'old' }] }],
    ['nothing', {}],
  ])('leaves %s', (_what, config) => {
    expect(transform('{type: ConfigRemapField, field_path: [creds, type], map: {old: new, "1": one}}', structuredClone(config))).toEqual(
      config,
    );
  });

  it('fails when the map is text, but only when it is needed', () => {
    const remap = buildFromYaml('configTransformation', `{type: ConfigRemapField, field_path: [a], map: "{{ {'a': 1} }}"}`);
    expect(() => remap.transform({ a: 'a' })).toThrow(/map/);
  });
});

describe('ConfigNormalizationRules', () => {
  const add = (path: string): string => `{type: ConfigAddFields, fields: [{path: ${path}, value: "1"}]}`;

  it('gives a new config when a migration changes something', () => {
    const rules = buildFromYaml('configRules', `{type: ConfigNormalizationRules, config_migrations: [{transformations: [${add('[a]')}]}]}`);
    const config = { b: 2 };
    expect(rules.migrate(config)).toEqual({ b: 2, a: 1 });
    expect(config).toEqual({ b: 2 });
    const migrated = { b: 2, a: 1 };
    expect(rules.migrate(migrated)).toBe(migrated);
  });

  it('takes a change below the top level for none', () => {
    const rules = buildFromYaml(
      'configRules',
      `{type: ConfigNormalizationRules, config_migrations: [{transformations: [${add('[b, a]')}]}]}`,
    );
    const config = { b: {} };
    expect(rules.migrate(config)).toBe(config);
    expect(config).toEqual({ b: { a: 1 } });
  });

  it('transforms and validates', async () => {
    const rules = buildFromYaml(
      'configRules',
      `{type: ConfigNormalizationRules, transformations: [${add('[a]')}], validations: [{type: DpathValidator, field_path: [a], validation_strategy: {type: ValidateAdheresToSchema, base_schema: {const: 1}}}]}`,
    );
    await expect(rules.validate(rules.transform({}))).resolves.toBeUndefined();
    await expect(rules.validate({ a: 2 })).rejects.toThrow();
  });
});

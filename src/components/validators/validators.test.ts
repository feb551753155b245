import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../lib/json.ts';
import { ConfigError } from '../../protocol/failure.ts';
import { buildFromYaml } from '../../testing/build-from-yaml.ts';

function validate(yaml: string, config: JsonObject): Promise<void> {
  return buildFromYaml('configValidator', yaml).validate(config);
}

function integersAt(path: string): string {
  return `{type: DpathValidator, field_path: ${path}, validation_strategy: {type: ValidateAdheresToSchema, base_schema: {type: integer}}}`;
}

describe('DpathValidator', () => {
  it('checks what stands at the path', async () => {
    await expect(validate(integersAt('[a, n]'), { a: { n: 1 } })).resolves.toBeUndefined();
    await expect(validate(integersAt('[a, n]'), { a: { n: true } })).rejects.toBeInstanceOf(ConfigError);
  });

  it('checks every value that a star stands for', async () => {
    await expect(validate(integersAt('["*", n]'), { a: { n: 1 }, b: { n: null } })).rejects.toBeInstanceOf(ConfigError);
  });

  it('passes over what is not there', async () => {
    await expect(validate(integersAt('[a, n]'), {})).resolves.toBeUndefined();
    await expect(validate(integersAt('["*", n]'), {})).resolves.toBeUndefined();
    await expect(validate(integersAt('[]'), {})).rejects.toThrow(/empty/);
  });

  it('reads texts as JSON', async () => {
    await expect(validate(integersAt('[n]'), { n: '5' })).resolves.toBeUndefined();
    await expect(validate(integersAt('[n]'), { n: '"5"' })).rejects.toBeInstanceOf(ConfigError);
    await expect(validate(integersAt('[n]'), { n: 'five' })).rejects.toThrow(/must be JSON/);
  });
});

describe('PredicateValidator', () => {
  const yaml = `{type: PredicateValidator, value: {n: "{{ config['list'] | length }}"}, validation_strategy: {type: ValidateAdheresToSchema, base_schema: '{"properties": {"n": {"maximum": 1}}}'}}`;

  it('checks a value made of the config', async () => {
    await expect(validate(yaml, { list: [1] })).resolves.toBeUndefined();
    await expect(validate(yaml, { list: [1, 2] })).rejects.toBeInstanceOf(ConfigError);
  });
});

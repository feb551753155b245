import { describe, expect, it } from 'vitest';
import { components } from '../components/index.ts';
import type { JsonObject } from '../lib/json.ts';
import { SystemError } from '../protocol/failure.ts';
import { testRun } from '../testing/build-from-yaml.ts';
import { checkOverrides } from './config-overrides.ts';
import { createRegistry } from './registry.ts';

function warningsOf(overrides: JsonObject, manifest: JsonObject, specification?: JsonObject): string[] {
  const warnings: string[] = [];
  const warn = (message: string | (() => string)): void => void warnings.push(typeof message === 'string' ? message : message());
  checkOverrides(overrides, { manifest, registry: createRegistry(components), specification, log: { ...testRun().log, warn } });
  return warnings;
}

describe('checkOverrides', () => {
  it("refuses the platform's keys", () => {
    expect(() => warningsOf({ __airbyte_check_stream_names: [] }, {})).toThrow(SystemError);
  });

  it('refuses overrides that a token refresh would save', () => {
    const stream = (authenticator: JsonObject): JsonObject => ({ streams: [{ retriever: { requester: { authenticator } } }] });
    expect(() => warningsOf({ a: 1 }, stream({ type: 'OAuthAuthenticator', refresh_token_updater: {} }))).toThrow(/refresh_token_updater/);
    expect(warningsOf({ a: 1 }, stream({ type: 'OAuthAuthenticator', refresh_token_updater: null }))).toEqual([]);
    expect(warningsOf({ a: 1 }, stream({ type: 'Other', refresh_token_updater: {} }))).toEqual([]);
  });

  it('warns of keys that the specification does not have, in none of its alternatives', () => {
    const specification = {
      properties: { a: {} },
      oneOf: [{ properties: { b: {} } }, { title: 'x' }],
      allOf: [{ anyOf: [{ properties: { c: {} } }] }],
    };
    expect(warningsOf({ a: 1, b: 1, c: 1 }, {}, specification)).toEqual([]);
    expect(warningsOf({ d: 1, a: 1 }, {}, specification).join()).toContain('name d,');
    expect(warningsOf({ d: 1 }, {}, { type: 'object' })).toEqual([]);
    expect(warningsOf({ d: 1 }, {})).toEqual([]);
  });
});

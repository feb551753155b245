import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../lib/json.ts';
import { migrateManifest } from './migrations.ts';

const NOW = '2026-01-15T12:00:00+00:00';

function migrated(requester: JsonObject): JsonObject {
  return migrateManifest({ version: '1.0.0', r: { type: 'HttpRequester', ...requester } }, NOW)['r'] as JsonObject;
}

describe('migrateManifest', () => {
  it.each<[JsonObject, JsonObject]>([
    [{ url_base: 'http://x/v1', path: '/a' }, { url: 'http://x/v1/a' }],
    [{ url_base: 'http://x/v1', path: '' }, { url: 'http://x/v1' }],
    [{ url_base: "{{ config['u'] }}", path: '{{ parameters.p }}' }, { url: "{{ config['u'] }}/{{ parameters.p }}" }],
    [{ url: 'http://x', path: 'a' }, { url: 'http://x/a' }],
    [{ request_body_json: { query: '{ a }' } }, { request_body: { type: 'RequestBodyGraphQL', value: { query: '{ a }' } } }],
    [{ request_body_json: { a: 1 } }, { request_body: { type: 'RequestBodyJsonObject', value: { a: 1 } } }],
    [{ request_body_json: '{{ config }}' }, { request_body_json: '{{ config }}' }],
    [{ request_body_data: 'a=1' }, { request_body: { type: 'RequestBodyUrlEncodedForm', value: 'a=1' } }],
  ])('rewrites %j', (requester, expected) => {
    expect(migrated(requester)).toEqual({ type: 'HttpRequester', ...expected });
  });

  it('notes each migration', () => {
    const { metadata } = migrateManifest({ version: '1.0.0', r: { type: 'HttpRequester', url_base: 'http://x', path: 'a' } }, NOW);
    expect(metadata).toEqual({
      applied_migrations: ['HttpRequesterUrlBaseToUrl', 'HttpRequesterPathToUrl'].map((migration) => ({
        from_version: '1.0.0',
        to_version: '*',
        migration,
        migrated_at: NOW,
      })),
    });
  });

  it.each<JsonObject>([
    { r: { type: 'HttpRequester', path: 'a' } },
    { r: { type: 'HttpRequester', url_base: 'http://x', path: null } },
    { d: { type: 'DynamicDeclarativeStream', r: { type: 'HttpRequester', url_base: 'http://x' } } },
    { r: { type: 'Other', url_base: 'http://x' } },
  ])('leaves %j', (manifest) => {
    expect(migrateManifest(manifest, NOW)).toEqual(manifest);
  });
});

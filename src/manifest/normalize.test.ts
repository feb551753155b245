import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../lib/json.ts';
import { normalizeManifest } from './normalize.ts';

function stream(name: string, requester: JsonObject): JsonObject {
  return { type: 'DeclarativeStream', name, retriever: { type: 'SimpleRetriever', requester: { type: 'HttpRequester', ...requester } } };
}

describe('normalizeManifest', () => {
  it('moves what requesters share to definitions and drops other definitions', () => {
    const manifest = {
      definitions: { unused: {} },
      streams: [stream('a', { url_base: 'http://x', path: 'a' }), stream('b', { url_base: 'http://x', path: 'b' })],
    };
    const shared = { $ref: '#/definitions/linked/HttpRequester/url_base' };
    expect(normalizeManifest(manifest)).toEqual({
      definitions: { linked: { HttpRequester: { url_base: 'http://x' } } },
      streams: [stream('a', { url_base: shared, path: 'a' }), stream('b', { url_base: shared, path: 'b' })],
    });
    expect(manifest.definitions).toEqual({ unused: {} });
  });

  it('links equal values only where they stand in the same field', () => {
    const manifest = { streams: [stream('a', { request_headers: { k: 'v' } }), stream('b', { request_parameters: { k: 'v' } })] };
    const [, second] = normalizeManifest(manifest)['streams'] as JsonObject[];
    expect(second).toEqual(manifest.streams[1]);
  });

  it('turns parents that are streams of the manifest into references', () => {
    const parent = stream('a', { path: 'a' });
    const child = {
      type: 'DeclarativeStream',
      retriever: { partition_router: { type: 'SubstreamPartitionRouter', parent_stream_configs: [{ stream: parent }] } },
    };
    const [, result] = normalizeManifest({ streams: [parent, child] })['streams'] as [JsonObject, typeof child];
    expect(result.retriever.partition_router.parent_stream_configs).toEqual([{ stream: { $ref: '#/streams/0' } }]);
  });

  it('drops schemas unless something refers to them', () => {
    const manifest = { schemas: { a: {}, b: {} }, streams: [{ $ref: '#/schemas/a' }] };
    expect(normalizeManifest(manifest)['schemas']).toEqual({ a: {} });
  });

  it('gives a manifest back that shares values between objects without a type', () => {
    const manifest = { a: { url_base: 'x' }, b: { url_base: 'x' } };
    expect(normalizeManifest(manifest)).toBe(manifest);
  });
});

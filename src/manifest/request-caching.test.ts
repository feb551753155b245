import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../lib/json.ts';
import { cacheParentRequests, cacheResolverRequests } from './request-caching.ts';

function stream(name: string, requester: JsonObject = {}, router?: JsonObject): JsonObject {
  return { type: 'DeclarativeStream', name, retriever: { requester, ...(router === undefined ? {} : { partition_router: router }) } };
}

describe('cacheParentRequests', () => {
  const router = { parent_stream_configs: [{ stream: stream('parent') }] };

  it('sets the cache of parents, in the list and inside their children', () => {
    const streams = [stream('parent'), stream('other'), stream('child', {}, router)];
    expect(cacheParentRequests(streams)).toEqual([
      stream('parent', { use_cache: true }),
      stream('other'),
      stream('child', {}, { parent_stream_configs: [{ stream: stream('parent', { use_cache: true }) }] }),
    ]);
    expect(streams[0]).toEqual(stream('parent'));
  });

  it('finds parents through routers of routers and among all streams', () => {
    const nested = { underlying_partition_router: { partition_routers: [router] } };
    expect(cacheParentRequests([stream('parent')], [stream('child', {}, nested)])).toEqual([stream('parent', { use_cache: true })]);
    expect(JSON.stringify(cacheParentRequests([stream('child', {}, nested)]))).toContain('"use_cache":true');
  });

  it('respects use_cache: false, and leaves parents without a requester', () => {
    const streams = [stream('parent', { use_cache: false }), stream('child', {}, router)];
    expect(cacheParentRequests(streams)[0]).toEqual(streams[0]);
    const bare = { name: 'parent', retriever: { type: 'CustomRetriever' } };
    expect(cacheParentRequests([bare, stream('child', {}, router)])[0]).toEqual(bare);
  });

  it('sets both branches of a parent that chooses by its state', () => {
    const parent = {
      type: 'StateDelegatingStream',
      name: 'parent',
      full_refresh_stream: stream('parent'),
      incremental_stream: stream('parent'),
    };
    const [first] = cacheParentRequests([parent, stream('child', {}, router)]);
    expect(first).toMatchObject({
      full_refresh_stream: stream('parent', { use_cache: true }),
      incremental_stream: stream('parent', { use_cache: true }),
    });
  });

  it('sets the parent of a cursor', () => {
    const child = { ...stream('child'), incremental_sync: { parent_stream: stream('parent') } };
    expect(cacheParentRequests([child])[0]).toMatchObject({ incremental_sync: { parent_stream: stream('parent', { use_cache: true }) } });
  });
});

describe('cacheResolverRequests', () => {
  it('sets the cache of the retriever when it has a requester', () => {
    expect(cacheResolverRequests({ retriever: { requester: { url: 'x', use_cache: false } } })).toEqual({
      retriever: { requester: { url: 'x', use_cache: true } },
    });
    expect(cacheResolverRequests({ retriever: { creation_requester: {} } })).toEqual({ retriever: { creation_requester: {} } });
    expect(cacheResolverRequests({ type: 'ConfigComponentsResolver' })).toEqual({ type: 'ConfigComponentsResolver' });
  });
});

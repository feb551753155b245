import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../lib/json.ts';
import { ancestorNames, parentStreams } from './parent-streams.ts';

function child(name: string, ...routers: JsonObject[]): JsonObject {
  return { name, retriever: { partition_router: routers } };
}

function substream(...streams: JsonObject[]): JsonObject {
  return { parent_stream_configs: streams.map((stream) => ({ stream })) };
}

describe('parentStreams', () => {
  it('finds parents in routers of any nesting', () => {
    const [a, b, c]: [JsonObject, JsonObject, JsonObject] = [{ name: 'a' }, { name: 'b' }, { name: 'c' }];
    const nested = { underlying_partition_router: { partition_routers: [substream(b), substream(c)] } };
    expect(parentStreams(child('x', substream(a), nested))).toEqual([a, b, c]);
    expect(parentStreams({ name: 'x', retriever: { partition_router: substream(a) } })).toEqual([a]);
    expect(parentStreams({ name: 'x' })).toEqual([]);
  });
});

describe('ancestorNames', () => {
  it("goes up through the manifest's own streams", () => {
    const top = { name: 'top' };
    const middle = child('middle', substream(top));
    const own = new Map([['middle', middle]]);
    expect(ancestorNames(child('x', substream({ name: 'middle' })), own)).toEqual(new Set(['middle', 'top']));
    expect(ancestorNames(child('x', substream(middle)), new Map())).toEqual(new Set(['middle']));
  });

  it('ends where streams are parents of each other', () => {
    const own = new Map<string, JsonObject>();
    own.set('a', child('a', substream({ name: 'b' })));
    own.set('b', child('b', substream({ name: 'a' })));
    expect(ancestorNames(own.get('a') as JsonObject, own)).toEqual(new Set(['b', 'a']));
  });
});

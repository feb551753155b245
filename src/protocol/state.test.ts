import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../lib/json.ts';
import { ConfigError } from './failure.ts';
import { parseState } from './state.ts';

function streamState(name: string, state?: Json, namespace?: string): JsonObject {
  const descriptor = namespace === undefined ? { name } : { name, namespace };
  return {
    type: 'STREAM',
    stream: state === undefined ? { stream_descriptor: descriptor } : { stream_descriptor: descriptor, stream_state: state },
  };
}

function globalState(states: Json[], shared?: Json): JsonObject {
  const base = { stream_states: states };
  return { type: 'GLOBAL', global: shared === undefined ? base : { ...base, shared_state: shared } };
}

const perStream = { stream_descriptor: { name: 'a' }, stream_state: { x: 1 } };

describe('a state that is accepted', () => {
  it.each<[Json]>([[[]], [{}], [null], [0], ['']])('%j is a first sync', (json) => {
    expect(parseState(json)).toMatchObject({ streams: [], ignored: [] });
    expect(parseState(json).of({ name: 'a' })).toEqual({});
  });

  it.each<[Json, JsonObject]>([
    [[streamState('a', { x: 1 })], { x: 1 }],
    [[streamState('a', { x: 1 }), streamState('b', { x: 3 }), streamState('a', { x: 2 })], { x: 2 }],
    [[streamState('a', null)], {}],
    [[streamState('a')], {}],
    [[streamState('a', [])], {}],
    [[{ ...streamState('a', { x: 1 }), data: null, global: null, sourceStats: { recordCount: 1 }, other: true }], { x: 1 }],
    [[globalState([perStream])], { x: 1 }],
    [[globalState([perStream], null)], { x: 1 }],
    [[streamState('a', { x: 1 }, 'other')], {}],
    [[{ type: 'STREAM', stream: { stream_descriptor: { name: 'a', namespace: null }, stream_state: { x: 1 } } }], { x: 1 }],
  ])('%j gives stream a the state %j', (json, expected) => {
    const state = parseState(json);
    expect(state.of({ name: 'a' })).toEqual(expected);
    expect(state.ignored).toEqual([]);
  });

  it('keeps namespaces apart', () => {
    const state = parseState([streamState('a', { x: 1 }), streamState('a', { x: 2 }, 'n')]);
    expect(state.of({ name: 'a', namespace: 'n' })).toEqual({ x: 2 });
    expect(state.streams).toEqual([{ name: 'a' }, { name: 'a', namespace: 'n' }]);
  });

  it.each<[string, Json, string]>([
    ['a legacy state', { type: 'LEGACY', data: { a: { x: 1 } } }, 'The state at [0] is not used: it is LEGACY.'],
    ['a state without a type', { stream: perStream }, 'The state at [0] is not used: it has no type.'],
  ])('tells that %s is not used', (_name, message, told) => {
    expect(parseState([message])).toMatchObject({ streams: [], ignored: [told] });
  });

  it('tells that a global state among others is not used', () => {
    const state = parseState([globalState([perStream]), streamState('b', { x: 1 })]);
    expect(state.streams).toEqual([{ name: 'b' }]);
    expect(state.ignored).toEqual(['The state at [0] is not used: it is GLOBAL.']);
  });
});

describe('a state that is refused', () => {
  it.each<[Json, string]>([
    ['abc', 'The state is not valid: expected a list, found "abc".'],
    [[1], 'The state is not valid at [0]: expected an object, found 1.'],
    [{ a: { x: 1 } }, 'it is an object, as older connectors wrote it'],
    [streamState('a', { x: 1 }), 'it is one "STREAM" message; put it into a list.'],
    [[{ type: 'STATE', state: streamState('a', {}) }], 'at [0].type: expected the content of "state" in place of the whole STATE message'],
    [[{ type: 'stream', stream: perStream }], 'at [0].type: expected one of GLOBAL, STREAM, LEGACY, found "stream".'],
    [[{ type: 'STREAM' }], 'at [0]: expected a state with "stream", "global" or "data", found an object with the keys type.'],
    [[{ type: 'STREAM', data: { a: 1 } }], 'at [0].stream: expected an object, found nothing.'],
    [[{ type: 'STREAM', stream: {} }], 'at [0].stream.stream_descriptor: expected an object, found nothing.'],
    [[{ type: 'STREAM', stream: { stream_descriptor: {} } }], 'at [0].stream.stream_descriptor.name: expected a string, found nothing.'],
    [[streamState('a', 's')], 'at [0].stream.stream_state: expected an object, found "s".'],
    [[streamState('a', [1])], 'at [0].stream.stream_state: expected an object, found a list of 1.'],
    [[globalState([perStream], { z: 1 })], 'at [0].global.shared_state: expected no shared state'],
    [[globalState([perStream], {})], 'at [0].global.shared_state: expected no shared state'],
    [[{ type: 'GLOBAL', stream: perStream }], 'at [0].global: expected an object, found nothing.'],
  ])('%j', (json, message) => {
    expect(() => parseState(json)).toThrow(ConfigError);
    expect(() => parseState(json)).toThrow(message);
  });
});

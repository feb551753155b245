import type { Json, JsonObject } from '../lib/json.ts';
import { isPlainObject } from '../lib/objects.ts';
import { ConfigError } from './failure.ts';
import type { StreamDescriptor } from './messages.ts';
import { choiceAt, itemsAt, objectAt, optionalAt, type Place, placeOf, refuse, stringAt, topOf } from './shape.ts';

/** The state of a stream without a cursor, once it was read to its end. */
export const NO_CURSOR_STATE: JsonObject = { __ab_no_cursor_state_message: true };

/** What a state file holds. */
export interface InputState {
  /** The state of a stream; an empty object when there is none. */
  of(stream: StreamDescriptor): JsonObject;
  /** The streams that have a state. */
  readonly streams: readonly StreamDescriptor[];
  /** What the file holds and no stream will see, in words for the log. */
  readonly ignored: readonly string[];
}

interface StreamState {
  readonly stream: StreamDescriptor;
  readonly state: JsonObject;
}

// parity: sources/source.py:Source.read_state
// parity: sources/connector_state_manager.py:ConnectorStateManager
/**
 * Reads a state file: a list of STREAM states, or of one GLOBAL state; an empty list or object, null, 0 or "" is a first sync. Of several
 * states of a stream the last one holds. Any other document throws a `ConfigError` that names the place and what was found.
 */
export function parseState(json: Json): InputState {
  if (isNoState(json)) return inputState([], []);
  const top = topOf('state', json);
  if (isPlainObject(json)) refuseObject(json);
  const messages = itemsAt(top);
  const only = messages.length === 1 ? messages[0] : undefined;
  const ignored: string[] = [];
  const states: StreamState[] = [];
  for (const message of messages) {
    const object = objectAt(message);
    if (object['type'] === 'STATE') refuse(placeOf(message, object, 'type'), 'the content of "state" in place of the whole STATE message');
    const type = optionalAt(placeOf(message, object, 'type'), (place) => choiceAt(place, ['GLOBAL', 'STREAM', 'LEGACY']));
    refuseEmpty(message, object);
    if (type === 'STREAM') states.push(streamStateAt(placeOf(message, object, 'stream')));
    else if (type === 'GLOBAL' && message === only) states.push(...globalStatesAt(placeOf(message, object, 'global')));
    else ignored.push(`The state at ${message.path} is not used: ${type ? `it is ${type}` : 'it has no type'}.`);
  }
  return inputState(states, ignored);
}

function inputState(states: readonly StreamState[], ignored: readonly string[]): InputState {
  const byStream = new Map(states.map((entry) => [keyOf(entry.stream), entry]));
  return {
    of: (stream) => byStream.get(keyOf(stream))?.state ?? {},
    streams: [...byStream.values()].map((entry) => entry.stream),
    ignored,
  };
}

function keyOf(stream: StreamDescriptor): string {
  return JSON.stringify([stream.namespace ?? null, stream.name]);
}

function isNoState(json: Json): boolean {
  return json === null || json === 0 || json === '' || json === false || (isPlainObject(json) && Object.keys(json).length === 0);
}

function refuseObject(object: JsonObject): never {
  const type = object['type'];
  const hint =
    typeof type === 'string'
      ? `it is one ${JSON.stringify(type)} message; put it into a list.`
      : 'it is an object, as older connectors wrote it (stream name: state), or the state of something else; reset the state to start again.';
  throw new ConfigError(`The state is not valid: expected a list of states, but ${hint}`);
}

function refuseEmpty(message: Place, object: JsonObject): void {
  const filled = ['stream', 'global', 'data'].some((key) => {
    const value = placeOf(message, object, key).value;
    return isPlainObject(value) && (key !== 'data' || Object.keys(value).length > 0);
  });
  if (!filled) refuse(message, 'a state with "stream", "global" or "data"');
}

function streamStateAt(place: Place): StreamState {
  const object = objectAt(place);
  const descriptor = placeOf(place, object, 'stream_descriptor');
  const names = objectAt(descriptor);
  const name = stringAt(placeOf(descriptor, names, 'name'));
  const namespace = optionalAt(placeOf(descriptor, names, 'namespace'), stringAt);
  const state = optionalAt(placeOf(place, object, 'stream_state'), blobAt) ?? {};
  return { stream: namespace === undefined ? { name } : { name, namespace }, state };
}

/** A state blob; some platforms write an empty object as an empty list. */
function blobAt(place: Place): JsonObject {
  return Array.isArray(place.value) && place.value.length === 0 ? {} : objectAt(place);
}

function globalStatesAt(place: Place): StreamState[] {
  const object = objectAt(place);
  const shared = placeOf(place, object, 'shared_state');
  if (shared.value !== undefined) refuse(shared, 'no shared state, since every stream here has a state of its own');
  return itemsAt(placeOf(place, object, 'stream_states')).map(streamStateAt);
}

import { existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Source, Stream } from '../engine/kinds.ts';
import { SHARD_KEY } from '../engine/shard-state.ts';
import { type Json, type JsonObject, parseJson, stringifyJson } from '../lib/json.ts';
import { ConfigError } from '../protocol/failure.ts';
import type { StreamDescriptor } from '../protocol/messages.ts';
import { type InputState, parseState } from '../protocol/state.ts';
import { inManifest, requireConnector } from './connector.ts';
import { readJson } from './inputs.ts';
import { keepConfigIn } from './keep-config.ts';
import { openConnector } from './open-connector.ts';
import { type PlainTexts, runPlainCommand } from './plain-command.ts';
import type { CommandOptions } from './program.ts';

/** A message that is a state, by the begin of its line; others may be long, and are not parsed. */
const IS_STATE = /"type"\s*:\s*"STATE"/;
const TYPE_WITHIN = 40;

/** Writes the state of a whole sync, made of what each of its shards left: a state file, or all that it printed. Gives the exit code. */
export function runStateMerge(files: readonly string[], options: CommandOptions, { write, tell }: PlainTexts): Promise<number> {
  return runPlainCommand(options, tell, async (session) => {
    const connector = await requireConnector(session);
    const inputs: InputState[] = [];
    for (const file of files) inputs.push(await readInput(file));
    const merged = await inManifest(connector, async () => {
      const source = (await openConnector(session, connector, {}, keepConfigIn(connector.configPath))).source();
      const streams = new Map(
        inputs.flatMap(({ streams }) => streams).map((stream) => [stringifyJson([stream.namespace, stream.name]), stream]),
      );
      const states: JsonObject[] = [];
      for (const stream of streams.values()) states.push(await mergeStream(source, stream, inputs));
      return states;
    });
    write(`[\n${merged.map((state) => `  ${stringifyJson(state)}`).join(',\n')}\n]\n`);
  });
}

/** What a shard left: a list of states, or its messages, of which the last state of each stream counts. */
async function readInput(file: string): Promise<InputState> {
  if (file === '-' || !existsSync(file)) return parseState(readJson('state', file));
  const states: Json[] = [];
  let isMessages = false;
  const handle = await open(file);
  for await (const line of handle.readLines()) {
    if (line.trim() === '') continue;
    if (!isMessages && !line.startsWith('{"')) return parseState(readJson('state', file));
    isMessages = true;
    if (IS_STATE.test(line.slice(0, TYPE_WITHIN))) states.push((parseJson(line) as { state: Json }).state);
  }
  return isMessages ? parseState(states) : parseState(readJson('state', file));
}

async function mergeStream(source: Source, descriptor: StreamDescriptor, inputs: readonly InputState[]): Promise<JsonObject> {
  const states = inputs.map((input) => input.of(descriptor)).filter((state) => Object.keys(state).length > 0);
  const stream_descriptor: JsonObject = { ...descriptor };
  return { type: 'STREAM', stream: { stream_descriptor, stream_state: await mergeStates(source, descriptor.name, states) } };
}

/** Of a stream that one shard reads there is one state; those of a stream that they share are joined by its cursor. */
async function mergeStates(source: Source, name: string, states: readonly JsonObject[]): Promise<JsonObject> {
  const stream = await findStream(source, name);
  const { cursor } = await stream.open({ state: undefined });
  try {
    const [first = {}] = states;
    if (states.every((state) => isDeepStrictEqual(state, first)) && !(SHARD_KEY in first)) return first;
    if (cursor.mergeShards !== undefined) return cursor.mergeShards(states);
    throw new ConfigError('Several shards have a state of it, and they differ, though one of them reads it all.');
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError(`The states of the stream "${name}" cannot be merged. ${error.message}`, { cause: error });
  }
}

async function findStream(source: Source, name: string): Promise<Stream> {
  const isIt = (stream: Stream): boolean => stream.name === name;
  const stream = source.staticStreams().find(isIt) ?? (await source.streams()).find(isIt);
  if (stream === undefined) throw new ConfigError(`There is a state of the stream "${name}", which the connector does not have.`);
  return stream;
}

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type JsonObject, parseJson } from '../../src/lib/json.ts';
import { sharedPath } from '../parity/shared.ts';
import { runConnector } from '../scenarios/connector.ts';
import { hasReference, type Reference, startReference } from './reference.ts';

/** Recorded cases of two syncs whose requests depend on the state, and not on the present. */
const CASES = [
  'components/incremental/client_side_incremental_partitions',
  'components/partitions/grouping_substream_with_cursor',
  'components/partitions/per_partition_states',
  'components/partitions/substream_three_levels',
  'real/source-algolia',
  'real/source-oncehub',
  'real/source-opsgenie',
  'real/source-picqer',
  'real/source-vercel',
  'real/source-zapsign',
];
const replayFile = sharedPath('conformance/replay.mjs');
const canRun = replayFile !== undefined && hasReference;

interface RecordedRun {
  readonly catalog: { streams: { stream: { name: string; json_schema?: unknown } }[] };
  readonly state: unknown[] | null;
  readonly expect: { exit: number; streams: Record<string, { records: unknown[]; state: JsonObject | null }> };
}

interface RecordedCase {
  readonly manifest: unknown;
  readonly config: unknown;
  readonly exchanges: unknown[];
  readonly commands: { discover: { catalog: { streams: { name: string; json_schema: unknown }[] } }; read: RecordedRun[] };
}

/** Answers as the API did when the case was recorded. */
interface Replay {
  start(): Promise<string>;
  stop(): Promise<void>;
  readonly unexpected: readonly { readonly key: string }[];
}

/** One engine: runs a command with a proxy and gives what it printed. */
type Engine = (args: readonly string[], proxy: string, folder: string) => Promise<string>;

let reference: Reference;
let folder: string;

beforeAll(() => {
  if (!canRun) return;
  folder = mkdtempSync(path.join(tmpdir(), 'interchange-'));
  reference = startReference();
});
afterAll(() => {
  if (!canRun) return;
  reference.end();
  rmSync(folder, { recursive: true });
});

const environmentOf = (proxy: string): Record<string, string> => ({
  HTTP_PROXY: proxy,
  HTTPS_PROXY: proxy,
  http_proxy: proxy,
  https_proxy: proxy,
});

const ours: Engine = async (args, proxy) => (await runConnector({ args, env: environmentOf(proxy) })).stdout;

const theirs: Engine = async (args, proxy, work) => {
  const stdout = path.join(work, 'stdout.jsonl');
  await reference.run({ args, env: environmentOf(proxy), stdout });
  return readFileSync(stdout, 'utf8');
};

/** What a chain of syncs gave: how many records each, and the last state of each stream. */
interface Outcome {
  readonly records: number[];
  readonly states: Record<string, unknown>;
}

/** Reads the runs of a case one after the other, each by the next engine with the state that the one before left. */
async function alternate(name: string, engines: readonly Engine[]): Promise<Outcome> {
  const file = sharedPath(`conformance/cases/${name}.json`) as string;
  const recorded = JSON.parse(readFileSync(file, 'utf8')) as RecordedCase;
  const { Replay: ReplayOf } = (await import(pathToFileURL(replayFile as string).href)) as { Replay: new (exchanges: unknown[]) => Replay };
  const work = mkdtempSync(path.join(folder, 'chain-'));
  const write = (kind: string, value: unknown): string => {
    const place = path.join(work, `${kind}.json`);
    writeFileSync(place, JSON.stringify(value));
    return place;
  };
  const outcome: Outcome = { records: [], states: {} };
  for (const [index, engine] of engines.entries()) {
    const run = recorded.commands.read[index] as RecordedRun;
    const state = index === 0 ? run.state : statesFor(run, outcome.states);
    const files = {
      config: write('config', recorded.config),
      'manifest-path': write('manifest', recorded.manifest),
      catalog: write('catalog', catalogOf(recorded, run)),
    };
    const args = ['read', ...Object.entries(files).flatMap(([option, place]) => [`--${option}`, place])];
    if (state !== null) args.push('--state', write('state', state));
    const replay = new ReplayOf(recorded.exchanges);
    const proxy = await replay.start();
    const output = await engine(args, proxy, work).finally(() => replay.stop());
    expect(replay.unexpected).toEqual([]);
    outcome.records.push(take(output, outcome.states));
  }
  return outcome;
}

/** A catalog with the schemas that it leaves to discover. */
function catalogOf({ commands }: RecordedCase, { catalog }: RecordedRun): unknown {
  const schemas = new Map(commands.discover.catalog.streams.map(({ name, json_schema }) => [name, json_schema]));
  return {
    streams: catalog.streams.map((entry) => ({ ...entry, stream: { json_schema: schemas.get(entry.stream.name), ...entry.stream } })),
  };
}

function statesFor({ catalog }: RecordedRun, states: Record<string, unknown>): unknown[] {
  return catalog.streams.map(({ stream: { name } }) => ({
    type: 'STREAM',
    stream: { stream_descriptor: { name }, stream_state: comparable(states[name]) },
  }));
}

/** How long a sync took differs from run to run. */
function comparable(state: unknown): unknown {
  return isObject(state) && 'lookback_window' in state ? { ...state, lookback_window: 1 } : state;
}

/** A state without an order of its partitions. */
function sorted(state: unknown): unknown {
  const value = comparable(state);
  if (!isObject(value) || !Array.isArray(value['states'])) return value;
  return { ...value, states: value['states'].map((entry) => JSON.stringify(entry)).sort() };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Notes the last states of an output; gives the number of its records. */
function take(output: string, states: Record<string, unknown>): number {
  let records = 0;
  for (const line of output.split('\n').filter((text) => text !== '')) {
    const message = parseJson(line) as unknown as {
      type: string;
      state?: { stream: { stream_descriptor: { name: string }; stream_state: unknown } };
    };
    if (message.type === 'RECORD') records += 1;
    if (message.state !== undefined) states[message.state.stream.stream_descriptor.name] = message.state.stream.stream_state;
  }
  return records;
}

describe.skipIf(!canRun)('states of this engine and the reference', () => {
  it.each(CASES.filter((name) => sharedPath(`conformance/cases/${name}.json`) !== undefined))(
    'are good for each other in %s',
    async (name) => {
      const recorded = JSON.parse(readFileSync(sharedPath(`conformance/cases/${name}.json`) as string, 'utf8')) as RecordedCase;
      const runs = recorded.commands.read.slice(0, 2);
      const records = runs.map(({ expect: { streams } }) => Object.values(streams).reduce((sum, stream) => sum + stream.records.length, 0));
      const last = Object.assign(
        {},
        ...runs.map(({ expect: { streams } }) =>
          Object.fromEntries(Object.entries(streams).map(([stream, { state }]) => [stream, sorted(state)])),
        ),
      );
      for (const engines of [
        [ours, theirs],
        [theirs, ours],
      ]) {
        const { records: read, states } = await alternate(name, engines);
        expect(read).toEqual(records);
        expect(Object.fromEntries(Object.entries(states).map(([stream, state]) => [stream, sorted(state)]))).toEqual(last);
      }
    },
  );
});

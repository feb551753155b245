import { existsSync } from 'node:fs';
import path from 'node:path';
import { components } from '../components/index.ts';
import type { Source } from '../engine/kinds.ts';
import { failedStreamsError, readStreams } from '../engine/read.ts';
import type { Json } from '../lib/json.ts';
import { onDemand } from '../lib/on-demand.ts';
import { type ConfiguredCatalog, parseCatalog } from '../protocol/catalog.ts';
import { createCollectingOutput } from '../protocol/collect-output.ts';
import { createConsoleOutput } from '../protocol/console-output.ts';
import { ConfigError } from '../protocol/failure.ts';
import { createOutput, type Output, printText } from '../protocol/output.ts';
import { parseState } from '../protocol/state.ts';
import { createComparison, describeDifference, type Extraction, isSame, type StreamDifference } from '../recording/compare.ts';
import { readExpected } from '../recording/read-expected.ts';
import { EXPECTED_FILE, findRecording, type Recording, readRecording } from '../recording/read-recording.ts';
import { createReplayTransport } from '../recording/replay.ts';
import { type Connector, explainError, inManifest, type ManifestText, readConnector } from './connector.ts';
import { readJson, readObject, readText } from './inputs.ts';
import { type Opened, openConnector } from './open-connector.ts';
import type { CommandOptions } from './program.ts';
import { runCommand, type Session } from './session.ts';
import { tell } from './tell.ts';
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts';
import { wholeCatalog } from './whole-catalog.ts';
import type { World } from './world.ts';

/** The options of a replay beside those of a read. */
export interface ReplayCommandOptions extends CommandOptions {
  readonly run?: string;
  readonly diff?: boolean;
}

/**
 * Reads the streams of a recording without the network, by the recorded manifest or another one, and prints what a read would; with `diff`,
 * in what that differs from before. Exit code 1 when a stream failed, or when something differs.
 */
export function runReplay(place: string, options: ReplayCommandOptions): Promise<number> {
  const clock = createVirtualClock();
  if (options.diff === true) {
    return runCommand(
      options,
      components,
      (session) => diff(session, options, place, clock),
      (redact) => createConsoleOutput({ write: tell, redact, level: 'WARN' }),
    );
  }
  const messages = (redact: (text: string) => string): Output => createOutput({ now: () => Number(clock.now() / 1000n), redact });
  return runCommand(options, components, (session) => replay(session, options, place, clock), messages);
}

async function replay(session: Session, options: ReplayCommandOptions, place: string, clock: VirtualClock): Promise<number> {
  const folder = findRecording(place, options.run);
  const failed = await extract(session, await openReplay(session, options, folder), clock, session.output);
  if (failed.length > 0) throw failedStreamsError(failed);
  return 0;
}

/** One extraction of a recording. */
interface Replay {
  readonly recording: Recording;
  readonly connector: Connector;
  readonly catalog: Json | undefined;
  readonly state: Json;
}

/** What of the recording is replaced by the files of the options. */
type Replacements = Pick<CommandOptions, 'manifestPath' | 'config' | 'catalog' | 'state'>;

async function openReplay({ log }: Session, options: Replacements, folder: string): Promise<Replay> {
  const recording = await readRecording(folder, { warn: (text) => log.warn(text) });
  const { run } = recording;
  const isGiven = options.config !== undefined;
  const config = options.config === undefined ? (run.config ?? {}) : readObject('config', options.config);
  const connector = await readConnector(
    manifestOf(recording, options.manifestPath),
    { config, configPath: undefined, configIsMasked: !isGiven },
    log,
  );
  return {
    recording,
    connector,
    catalog: options.catalog === undefined ? run.catalog : readJson('catalog', options.catalog),
    state: options.state === undefined ? (run.state ?? []) : readJson('state', options.state),
  };
}

function manifestOf({ folder, run }: Recording, given: string | undefined): ManifestText {
  const file = given ?? (run.manifest === undefined ? undefined : path.join(folder, run.manifest));
  if (file === undefined) throw new ConfigError(`The recording "${folder}" holds no manifest: give one by --manifest-path.`);
  return { text: onDemand(() => readText('manifest', file)), name: path.basename(file), folder: path.dirname(file) };
}

/** A recording's source, built by a replay. */
interface Replayed {
  readonly opened: Opened;
  readonly source: Source;
  readonly catalog: ConfiguredCatalog;
}

/** Does some work with the source of a replay, whose network is the recording and whose clock begins at its start. */
async function withSource<T>(
  session: Session,
  { recording, connector, catalog }: Replay,
  clock: VirtualClock,
  work: (replayed: Replayed) => Promise<T>,
): Promise<T> {
  const { log, secrets } = session;
  const { run } = recording;
  if (run.started_at !== undefined) clock.set(Date.parse(run.started_at));
  const wrapReadFile: World['wrapReadFile'] = (read) => async (file) => (await read(file)) ?? run.files?.[file];
  const world: World = {
    now: clock.now,
    sleep: clock.sleep,
    transport: (observer) => createReplayTransport(recording, { secrets, warn: (text) => log.warn(text), observer }),
    wrapReadFile,
  };
  try {
    return await inManifest(connector, async () => {
      const opened = await openConnector({ ...session, world }, connector);
      const source = opened.source();
      return work({ opened, source, catalog: catalog === undefined ? await wholeCatalog(source) : parseCatalog(catalog) });
    });
  } finally {
    recording.spool.close();
  }
}

/** Reads the streams of a recording into an output; gives the names of those that failed. */
function extract(session: Session, replay: Replay, clock: VirtualClock, output: Output): Promise<string[]> {
  return withSource({ ...session, output }, replay, clock, ({ opened, source, catalog }) =>
    readStreams(source, {
      run: opened.run,
      output,
      catalog,
      state: parseState(replay.state),
      explain: (error) => explainError(replay.connector, error),
    }),
  );
}

/** The primary keys of the streams that a replay reads. */
function primaryKeys(session: Session, replay: Replay, clock: VirtualClock): Promise<Map<string, string[][]>> {
  return withSource(session, replay, clock, async ({ source, catalog }) => {
    const selected = new Set(catalog.streams.map(({ stream }) => stream.name));
    const keys = new Map<string, string[][]>();
    for (const stream of await source.streams()) {
      if (!selected.has(stream.name)) continue;
      const { primaryKey = [] } = await stream.describe();
      if (primaryKey.length > 0)
        keys.set(
          stream.name,
          primaryKey.map((name) => [name]),
        );
    }
    return keys;
  });
}

/** Prints in what the extraction by the options differs from the expected messages, or from that by the recorded manifest. */
async function diff(session: Session, options: ReplayCommandOptions, place: string, clock: VirtualClock): Promise<number> {
  const folder = findRecording(place, options.run);

  const collect = (extraction: Extraction): Output =>
    createCollectingOutput({
      record: ({ name }, record) => extraction.record(name, record),
      state: ({ name }, state) => extraction.state(name, state),
      message: (message) => session.output.message(message),
    });
  const readBefore = async (extraction: Extraction): Promise<void> => {
    if (existsSync(path.join(folder, EXPECTED_FILE))) await readExpected(path.join(folder, EXPECTED_FILE), extraction);
    else await extract(session, await openReplay(session, {}, folder), clock, collect(extraction));
  };

  const keys = await primaryKeys(session, await openReplay(session, options, folder), clock);
  const comparison = createComparison((stream) => keys.get(stream));
  await readBefore(comparison.before);
  const failures = await extract(session, await openReplay(session, options, folder), clock, collect(comparison.after));
  if (comparison.settle()) await readBefore(comparison.details());
  const result = comparison.result();
  printText(`${report(result, failures)}\n`);
  return failures.length > 0 || result.some((stream) => !isSame(stream)) ? 1 : 0;
}

function report(result: readonly StreamDifference[], failures: readonly string[]): string {
  const lines = result.flatMap(describeDifference);
  if (failures.length > 0) lines.push(`Failed: ${failures.join(', ')}`);
  return lines.length === 0 ? 'No stream has records.' : lines.join('\n');
}

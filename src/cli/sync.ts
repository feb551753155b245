import { components } from '../components/index.ts';
import type { Source } from '../engine/kinds.ts';
import { readStreams } from '../engine/read.ts';
import { type Json, type JsonObject, stringifyJson } from '../lib/json.ts';
import { monotonicMs } from '../lib/steady-clock.ts';
import { withOverlap } from '../manifest/overlap.ts';
import { guardMemory } from '../operations/memory-guard.ts';
import type { StreamResult } from '../operations/summary.ts';
import { unusualVolume } from '../operations/volume.ts';
import { type ConfiguredCatalog, parseCatalog } from '../protocol/catalog.ts';
import { createConsoleOutput } from '../protocol/console-output.ts';
import { Failure, SystemError } from '../protocol/failure.ts';
import { printText } from '../protocol/output.ts';
import { parseState } from '../protocol/state.ts';
import type { Destination } from '../warehouse/destination.ts';
import { loadTable } from '../warehouse/load-table.ts';
import { openDestination } from '../warehouse/open-destination.ts';
import { planStreams, type StreamPlan } from '../warehouse/plan-streams.ts';
import { createWarehouseOutput, type PlannedStream, type StreamLoad, type WarehouseOutput } from '../warehouse/warehouse-output.ts';
import { type Connector, explainError, inManifest, requireConnector } from './connector.ts';
import { readJson } from './inputs.ts';
import { type InstrumentedRun, instrument, type RunResult } from './instrumented-run.ts';
import { keepConfigIn } from './keep-config.ts';
import { type Opened, openConnector } from './open-connector.ts';
import { createRelay, type Relay } from './relay-output.ts';
import { runCommand, type Session } from './session.ts';
import { readSyncOptions, type SyncCommandOptions, type SyncOptions } from './sync-options.ts';
import { tell } from './tell.ts';
import { describedStreams, namedStreams, wholeCatalog } from './whole-catalog.ts';

/** Reads streams into a local warehouse and prints a table of what was loaded; exit code 1 when a stream failed. */
export function runSync(options: SyncCommandOptions): Promise<number> {
  const relay = createRelay();
  return runCommand(
    options,
    components,
    (session) => instrument(session, 'sync', options, (run) => sync(run, readSyncOptions(options), relay)),
    (redact) => relay.over(createConsoleOutput({ write: tell, redact, level: options.debug === true ? 'DEBUG' : 'WARN' })),
  );
}

async function sync(run: InstrumentedRun, options: SyncOptions, relay: Relay): Promise<RunResult> {
  const { session } = run;
  const connector = overlapping(await requireConnector(session), options.overlap);
  return inManifest(connector, async () => {
    const opened = await openConnector(session, connector, {}, keepConfigIn(connector.configPath));
    const destination = await openDestination(options.to, { warn: session.log.warn, memoryBytes: options.duckdbMemory });
    try {
      return await load({ run, options, connector, opened, destination, relay });
    } finally {
      relay.endFirst(undefined);
      await destination.close();
    }
  });
}

function overlapping(connector: Connector, overlap: string | undefined): Connector {
  return overlap === undefined ? connector : { ...connector, manifest: withOverlap(connector.manifest, overlap) };
}

/** A sync whose parts are there. */
interface Sync {
  readonly run: InstrumentedRun;
  readonly options: SyncOptions;
  readonly connector: Connector;
  readonly opened: Opened;
  readonly destination: Destination;
  readonly relay: Relay;
}

/** Reads the streams into the destination and prints what was loaded. */
async function load({ run, options, connector, opened, destination, relay }: Sync): Promise<RunResult> {
  const { session } = run;
  const source = opened.source();
  const catalog = await selectCatalog(source, options);
  const plans = planStreams(await describedStreams(source, catalog), await destination.ledger(), options, Date.now());
  warnOfContentKeys(session, plans);
  await run.describe({
    command: 'sync',
    connector: asItIsRun(connector, options.overlap),
    catalog: catalog as unknown as Json,
    state: stateFileOf(plans),
  });
  await makeReady(destination, plans);
  const refuse = (planned: PlannedStream, records: number): string | undefined =>
    run.failsOnAnomaly ? unusualVolume(runsBefore(planned), records) : undefined;
  const loading = createWarehouseOutput({
    destination,
    streams: plans,
    messages: session.output,
    now: Date.now,
    commitEvery: options.commitEvery,
    refuse,
    onConfusableKeys: ({ name, table }) =>
      session.log.warn(
        `The keys of ${name} are of several types, such as 1 and "1", which the table "${table}", made by an earlier version, does not tell apart. Run once with --full-refresh --streams ${name}.`,
      ),
    onCommit: (counts, states) =>
      run.note('commit', { rows: Object.fromEntries(counts) as JsonObject, states: Object.fromEntries(states) }),
  });
  relay.endFirst(async () => {
    await loading.end();
    await destination.close();
  });
  const output = guardMemory(run.watch(loading), { now: monotonicMs });
  const explain = (error: unknown): Promise<unknown> => explainError(connector, error);
  const failed = await readStreams(source, { run: opened.run, output, catalog, state: parseState(stateFileOf(plans)), explain });
  await output.end();
  await destination.publish?.();
  printText(`${await report(loading, destination)}\n`);
  return { streams: plans.map((plan, index) => resultOf(plan, loading.loads[index])), failed };
}

async function makeReady(destination: Destination, plans: readonly StreamPlan[]): Promise<void> {
  try {
    await destination.begin(plans.map(({ stream }) => stream));
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new SystemError(`The tables cannot be made ready: ${(error as Error).message}`, { cause: error });
  }
}

/** The connector with the text that a replay must read to ask for the same. */
function asItIsRun(connector: Connector, overlap: string | undefined): Connector {
  return overlap === undefined ? connector : { ...connector, text: () => stringifyJson(connector.manifest) };
}

function resultOf(plan: StreamPlan, load: StreamLoad | undefined): StreamResult {
  const { name } = plan.stream;
  const { status = 'INCOMPLETE', records = 0, refused } = load ?? {};
  return { name, status, records, whole: plan.whole, before: runsBefore(plan), refused };
}

/** The numbers of records of the syncs before that read the stream as this one does. */
function runsBefore({ entry, whole }: PlannedStream): number[] {
  return entry.runs.filter((past) => past.whole === whole).map(({ records }) => records);
}

async function selectCatalog(source: Source, { catalog, streams }: SyncOptions): Promise<ConfiguredCatalog> {
  if (catalog === undefined) return wholeCatalog(source, streams);
  return namedStreams(parseCatalog(readJson('catalog', catalog)), streams);
}

/** Says of which streams two versions of a row cannot be told from two rows. */
function warnOfContentKeys({ log }: Session, plans: readonly StreamPlan[]): void {
  const names = plans.filter(({ stream }) => stream.mode === 'merge' && stream.key.length === 0).map(({ stream }) => stream.name);
  if (names.length === 0) return;
  log.warn(
    `Without a primary key, rows count as the same only when their whole content is: ${names.join(', ')}. Name one by --key STREAM=FIELD,FIELD.`,
  );
}

/** The states that the streams begin with, as a state file holds them. */
function stateFileOf(plans: readonly StreamPlan[]): Json {
  return plans.flatMap(({ stream: { name, namespace }, state }) => {
    if (state === undefined) return [];
    const descriptor: JsonObject = namespace === undefined ? { name } : { name, namespace };
    return [{ type: 'STREAM', stream: { stream_descriptor: descriptor, stream_state: state } }];
  });
}

async function report({ loads }: WarehouseOutput, destination: Destination): Promise<string> {
  return loadTable(await Promise.all(loads.map(async (one) => ({ ...one, total: await destination.count(one.stream) }))));
}

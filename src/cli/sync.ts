import type { Source } from '../engine/kinds.ts';
import { failedStreamsError, readStreams } from '../engine/read.ts';
import type { JsonObject } from '../lib/json.ts';
import { withOverlap } from '../manifest/overlap.ts';
import { type ConfiguredCatalog, parseCatalog } from '../protocol/catalog.ts';
import { createConsoleOutput } from '../protocol/console-output.ts';
import { printText } from '../protocol/output.ts';
import type { InputState } from '../protocol/state.ts';
import type { Destination } from '../warehouse/destination.ts';
import { loadTable } from '../warehouse/load-table.ts';
import { openDestination } from '../warehouse/open-destination.ts';
import { planStreams, type StreamPlan } from '../warehouse/plan-streams.ts';
import { createWarehouseOutput, type WarehouseOutput } from '../warehouse/warehouse-output.ts';
import { readJson } from './inputs.ts';
import { keepConfig } from './keep-config.ts';
import { createRelay, type Relay } from './relay-output.ts';
import {
  type Connector,
  explainError,
  inManifest,
  type Opened,
  openConnector,
  requireConnector,
  runCommand,
  type Session,
} from './session.ts';
import { readSyncOptions, type SyncCommandOptions, type SyncOptions } from './sync-options.ts';
import { describedStreams, namedStreams, wholeCatalog } from './whole-catalog.ts';

/** Reads streams into a local warehouse and prints a table of what was loaded; exit code 1 when a stream failed. */
export function runSync(options: SyncCommandOptions): Promise<number> {
  const write = (line: string): void => void process.stderr.write(line);
  const relay = createRelay();
  return runCommand(
    options,
    (session) => sync(session, readSyncOptions(options), relay),
    (redact) => relay.over(createConsoleOutput({ write, redact, level: options.debug === true ? 'DEBUG' : 'WARN' })),
  );
}

async function sync(session: Session, options: SyncOptions, relay: Relay): Promise<number> {
  const connector = overlapping(await requireConnector(session), options.overlap);
  const output = keepConfig(session.output, connector.configPath, session.log);
  const failed = await inManifest(connector, async () => {
    const opened = await openConnector({ ...session, output }, connector);
    const destination = await openDestination(options.to);
    try {
      return await load({ session, options, connector, opened, destination, relay });
    } finally {
      relay.endFirst(undefined);
      await destination.close();
    }
  });
  if (failed.length > 0) throw failedStreamsError(failed);
  return 0;
}

function overlapping(connector: Connector, overlap: string | undefined): Connector {
  return overlap === undefined ? connector : { ...connector, manifest: withOverlap(connector.manifest, overlap) };
}

/** A sync whose parts are there. */
interface Sync {
  readonly session: Session;
  readonly options: SyncOptions;
  readonly connector: Connector;
  readonly opened: Opened;
  readonly destination: Destination;
  readonly relay: Relay;
}

/** Reads the streams into the destination; gives the names of those that failed. */
async function load({ session, options, connector, opened, destination, relay }: Sync): Promise<string[]> {
  const source = opened.source();
  const catalog = await selectCatalog(source, options);
  const plans = planStreams(await describedStreams(source, catalog), await destination.ledger(), options, Date.now());
  warnOfContentKeys(session, plans);
  await destination.begin(plans.map(({ stream }) => stream));
  const output = createWarehouseOutput({ destination, streams: plans, messages: session.output, now: Date.now });
  relay.endFirst(async () => {
    await output.end();
    await destination.close();
  });
  const state = stateOf(plans);
  const explain = (error: unknown): Promise<unknown> => explainError(connector, error);
  const failed = await readStreams(source, { run: opened.run, output, catalog, state, explain });
  await output.end();
  await destination.publish?.();
  printText(`${await report(output, destination)}\n`);
  return failed;
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

function stateOf(plans: readonly StreamPlan[]): InputState {
  const byName = new Map(plans.map(({ stream, state }): [string, JsonObject] => [stream.name, state ?? {}]));
  return { of: ({ name }) => byName.get(name) ?? {}, streams: plans.map(({ configured }) => configured.stream), ignored: [] };
}

async function report({ loads }: WarehouseOutput, destination: Destination): Promise<string> {
  return loadTable(await Promise.all(loads.map(async (one) => ({ ...one, total: await destination.count(one.stream) }))));
}

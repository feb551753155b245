import { validateConfig } from '../cli/config-schema.ts';
import { forUser } from '../cli/session.ts';
import { components } from '../components/index.ts';
import { createBuilder } from '../engine/builder.ts';
import { createCache } from '../engine/cache.ts';
import { type CheckpointEvery, createCheckpointSettings } from '../engine/checkpoint-settings.ts';
import { declaredCredentialHosts } from '../engine/credential-hosts.ts';
import type { Slot } from '../engine/fields.ts';
import { createGuards } from '../engine/guards.ts';
import { createHeartbeat } from '../engine/heartbeat.ts';
import { createHttp } from '../engine/http.ts';
import type { Row, Source } from '../engine/kinds.ts';
import { createOrigins, type Origins } from '../engine/origins.ts';
import { readStreams } from '../engine/read.ts';
import { createRegistry, type Registry } from '../engine/registry.ts';
import type { Run } from '../engine/run.ts';
import { createResponseCache } from '../http/cache.ts';
import { createHostPauses } from '../http/pauses.ts';
import { testTransport } from '../http/testing/local-server.ts';
import { createTemplates } from '../lang/index.ts';
import { type JsonObject, parseJson } from '../lib/json.ts';
import { collectSecrets, createSecrets } from '../lib/secrets.ts';
import { prepareManifest } from '../manifest/prepare.ts';
import type { Log } from '../protocol/log.ts';
import type { LineWriter, Output } from '../protocol/output.ts';
import { testRun } from './build-from-yaml.ts';

/** What a read is made with beside its manifest. */
export interface ReadSetting {
  readonly config?: JsonObject;
  /** The states of streams by their names. */
  readonly state?: Readonly<Record<string, JsonObject>>;
  /** The streams to read; all of them unless told. */
  readonly streams?: readonly string[];
  /** The schemas that the catalog selects, by stream. */
  readonly schemas?: Readonly<Record<string, JsonObject>>;
  /** Whether the catalog says that the streams are resumable, and what the command line says of checkpoints. */
  readonly isResumable?: boolean;
  readonly checkpoint?: CheckpointEvery;
  /** Minutes by which the clock is ahead of that of other reads. */
  readonly minutesLater?: number;
  /** Which lane pages take: `scanned` has records copied, `parsed` has them parsed. */
  readonly pages?: 'scanned' | 'parsed';
}

/** What a read came to. */
export interface ReadOutcome {
  /** The records by stream, as they were handed to the output. */
  readonly records: Record<string, Row[]>;
  /** The last state of each stream, and all of them in order. */
  readonly states: Record<string, JsonObject>;
  readonly allStates: JsonObject[];
  readonly failed: readonly string[];
  /** The messages of ERROR traces. */
  readonly errors: string[];
  readonly warnings: string[];
  readonly infos: string[];
  /** The waits in seconds. */
  readonly waits: number[];
}

const NOW = 1_768_480_496_789_012n;
let registry: Registry | undefined;

/** The source of a manifest's text with a run that talks to the network, waits no time and tells what it logs. */
export async function openManifest(
  text: string,
  { config = {}, checkpoint, minutesLater = 0, pages }: ReadSetting = {},
): Promise<{ source: Source; run: Run; told: Told }> {
  const { manifest, warnings } = await prepareManifest(text, 'manifest');
  const told: Told = { warnings: warnings.map(({ message }) => message), infos: [], waits: [] };
  const origins = createOrigins({
    listed: declaredCredentialHosts(manifest),
    manifest: () => manifest,
    configs: [config],
    templates: () => run.templates,
  });
  const run: Run = {
    ...createTestRun(told, NOW + BigInt(minutesLater) * 60_000_000n, origins),
    checkpoints: createCheckpointSettings(manifest, checkpoint),
    guards: createGuards(manifest),
    environment: { SOURCE_DECLARATIVE_PAGES: pages },
  };
  registry ??= createRegistry(components);
  const { errors } = registry.validate(manifest, ['source'], '');
  const [first, ...others] = errors;
  if (first !== undefined) throw first.with(others);
  const spec = (manifest['spec'] as JsonObject | undefined)?.['connection_specification'];
  if (spec !== undefined) {
    await validateConfig(config, spec as JsonObject);
    for (const secret of collectSecrets(config, spec as JsonObject)) run.secrets.add(secret);
  }
  return { source: createBuilder({ registry, run, config }).build('source', manifest as Slot<'source'>), run, told };
}

/** What a run logged and how long it would have waited. */
export interface Told {
  readonly warnings: string[];
  readonly infos: string[];
  readonly waits: number[];
}

/** Reads a manifest as the read command does; must be called within a test. */
export async function readManifest(text: string, setting: ReadSetting = {}): Promise<ReadOutcome> {
  const { source, run, told } = await openManifest(text, setting);
  const names = setting.streams ?? (await source.streams()).map(({ name }) => name);
  const outcome = { records: {} as Record<string, Row[]>, states: {} as Record<string, JsonObject>, allStates: [] as JsonObject[] };
  const errors: string[] = [];
  const output: Output = {
    recordWriter({ name }) {
      const rows: Row[] = [];
      outcome.records[name] ??= rows;
      return {
        get count() {
          return outcome.records[name]?.length ?? 0;
        },
        ...(setting.pages === 'scanned' ? { lines: copiedTo((row) => void outcome.records[name]?.push(row)) } : {}),
        write: (record) => void outcome.records[name]?.push(record),
        state(state) {
          outcome.states[name] = state;
          outcome.allStates.push(state);
        },
      };
    },
    message(message) {
      if (message.type === 'TRACE' && message.trace.type === 'ERROR') errors.push(message.trace.error.message);
    },
    drained: async () => {},
    flush() {},
    end: async () => {},
  };
  const { isResumable = false } = setting;
  const catalog = {
    streams: names.map((name) => ({
      stream: {
        name,
        json_schema: setting.schemas?.[name] ?? {},
        supported_sync_modes: ['full_refresh' as const],
        is_resumable: isResumable,
      },
      sync_mode: 'full_refresh' as const,
      destination_sync_mode: 'append' as const,
    })),
  };
  const state = { of: ({ name }: { name: string }) => setting.state?.[name] ?? {}, streams: [], ignored: [] };
  const heartbeat = createHeartbeat(run.log, run.clock.now, (look) => run.whileWaiting?.(look));
  const failed = await readStreams(source, {
    run,
    output,
    catalog,
    state,
    checkpointsPages: true,
    heartbeat,
    explain: async (error) => forUser(error),
  });
  return { ...outcome, ...told, failed, errors };
}

/** Takes records that are copied, as the values that they stand for. */
function copiedTo(take: (row: Row) => void): LineWriter {
  return {
    prefix: () => Buffer.from('{"as": {"they": '),
    write(block) {
      for (const line of Buffer.from(block).toString().split('\n').slice(0, -1))
        take(((parseJson(line) as JsonObject)['as'] as JsonObject)['they'] as Row);
    },
  };
}

function createTestRun({ warnings, infos, waits }: Told, start: bigint, origins: Origins): Run {
  const texts = (list: string[]) => (message: string | (() => string)) => void list.push(typeof message === 'string' ? message : message());
  const log: Log = { debugging: false, fatal() {}, error() {}, warn: texts(warnings), info: texts(infos), debug() {}, trace() {} };
  const secrets = createSecrets();
  let now = start;
  const looks: (() => void)[] = [];
  const sleep = async (ms: number): Promise<void> => {
    waits.push(ms / 1000);
    now += BigInt(Math.round(ms * 1000));
    for (const look of looks) look();
  };
  const nowMs = (): number => Number(now / 1000n);
  const http = createHttp({
    transport: testTransport({ connections: 256 }).send,
    cache: createResponseCache({ onDiskFailure: (error) => void warnings.push(error.message) }),
    pauses: createHostPauses({ now: nowMs, sleep: async () => {} }),
    log,
    secrets,
    signal: new AbortController().signal,
    nowMs,
    sleep,
    random: () => 0,
    onRateLimited() {},
    retries: true,
    origins,
  });
  return {
    ...testRun(),
    clock: { now: () => now, steady: () => now, sleep },
    whileWaiting: (look) => void looks.push(look),
    templates: createTemplates({ now: () => now }),
    http,
    log,
    secrets,
    shared: createCache(),
  };
}

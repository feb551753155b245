import { components } from '../components/index.ts';
import { createHeartbeat } from '../engine/heartbeat.ts';
import { readStreams } from '../engine/read.ts';
import { onDemand } from '../lib/on-demand.ts';
import { monotonicMs } from '../lib/steady-clock.ts';
import { guardMemory } from '../operations/memory-guard.ts';
import { keepHeapSmall } from '../operations/small-heap.ts';
import { parseCatalog } from '../protocol/catalog.ts';
import { parseState } from '../protocol/state.ts';
import { explainError, inManifest, readConfig, requireConnector } from './connector.ts';
import { readJson } from './inputs.ts';
import { type InstrumentedRun, instrument, type RunResult } from './instrumented-run.ts';
import { openConnector } from './open-connector.ts';
import type { CommandOptions } from './program.ts';
import { runCommand } from './session.ts';

/** The key of a config that asks for something of the Connector Builder. */
const BUILDER_COMMAND = '__command';

/** Prints the records and states of the catalog's streams; exit code 1 when a stream failed. */
export function runRead(options: CommandOptions): Promise<number> {
  return runCommand(options, components, async (session) => {
    const config = readConfig(options);
    if (Object.hasOwn(config, BUILDER_COMMAND)) return (await import('./builder/command.ts')).runBuilderCommand(session, config);
    return instrument(session, 'read', options, (run) => read(run, config));
  });
}

async function read(
  { session, watch, describe, statusOf, before }: InstrumentedRun,
  config: ReturnType<typeof readConfig>,
): Promise<RunResult> {
  const { log, options } = session;
  const readCatalog = onDemand(() => {
    const file = readJson('catalog', options.catalog as string);
    return { file, catalog: parseCatalog(file) };
  });
  const connector = await requireConnector(session, config, ({ withStreams }) =>
    withStreams?.(readCatalog().catalog.streams.map(({ stream }) => stream.name)),
  );
  const { file: catalogFile, catalog } = readCatalog();
  const stateFile = options.state === undefined ? [] : readJson('state', options.state);
  const state = parseState(stateFile);
  for (const ignored of state.ignored) log.warn(ignored);
  return inManifest(connector, async () => {
    const opened = await openConnector(session, connector);
    await describe({ command: 'read', connector, catalog: catalogFile, state: stateFile });
    const output = keepHeapSmall(guardMemory(watch(session.output), { now: monotonicMs }));
    const heartbeat = createHeartbeat(log, opened.run.clock.steady, (look) => opened.run.whileWaiting?.(look));
    const explain = (error: unknown): Promise<unknown> => explainError(connector, error);
    const failed = await readStreams(opened.source(), {
      run: opened.run,
      output,
      catalog,
      state,
      shard: options.shard,
      checkpointsPages: true,
      heartbeat,
      explain,
    });
    const streams = catalog.streams.map(({ stream }) => {
      const { name } = stream;
      const whole = Object.keys(state.of(stream)).length === 0;
      const { count: records } = output.recordWriter(stream);
      return { name, status: statusOf(name), records, whole, before: before(name, whole) };
    });
    return { streams, failed };
  });
}

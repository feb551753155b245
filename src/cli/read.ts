import { failedStreamsError, readStreams } from '../engine/read.ts';
import { parseCatalog } from '../protocol/catalog.ts';
import { parseState } from '../protocol/state.ts';
import { readJson } from './inputs.ts';
import type { CommandOptions } from './program.ts';
import type { RecordedRun } from './recorded-run.ts';
import { explainError, inManifest, openConnector, requireConnector, runCommand, type Session } from './session.ts';

/** Prints the records and states of the catalog's streams; exit code 1 when a stream failed. */
export function runRead(options: CommandOptions): Promise<number> {
  return runCommand(options, async (session) => {
    if (options.raw === undefined) return read(session);
    const { recordRun } = await import('./recorded-run.ts');
    const recorded = await recordRun(session, options.raw);
    try {
      return await read({ ...session, output: recorded.watch(session.output), world: recorded.world }, recorded);
    } finally {
      await recorded.close();
    }
  });
}

async function read(session: Session, recorded?: RecordedRun): Promise<number> {
  const { output, log, options } = session;
  const connector = await requireConnector(session);
  const catalogFile = readJson('catalog', options.catalog as string);
  const catalog = parseCatalog(catalogFile);
  const stateFile = options.state === undefined ? [] : readJson('state', options.state);
  const state = parseState(stateFile);
  for (const ignored of state.ignored) log.warn(ignored);
  const failed = await inManifest(connector, async () => {
    const opened = await openConnector(session, connector);
    await recorded?.describe({ command: 'read', connector, catalog: catalogFile, state: stateFile });
    return readStreams(opened.source(), { run: opened.run, output, catalog, state, explain: (error) => explainError(connector, error) });
  });
  if (failed.length > 0) throw failedStreamsError(failed);
  return 0;
}

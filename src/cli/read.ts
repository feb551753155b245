import { failedStreamsError, readStreams } from '../engine/read.ts';
import { parseCatalog } from '../protocol/catalog.ts';
import { parseState } from '../protocol/state.ts';
import { readJson } from './inputs.ts';
import type { CommandOptions } from './program.ts';
import { explainError, inManifest, openConnector, requireConnector, runCommand } from './session.ts';

/** Prints the records and states of the catalog's streams; exit code 1 when a stream failed. */
export function runRead(options: CommandOptions): Promise<number> {
  return runCommand(options, async (session) => {
    const { output, log } = session;
    const connector = await requireConnector(session);
    const catalog = parseCatalog(readJson('catalog', options.catalog as string));
    const state = parseState(options.state === undefined ? [] : readJson('state', options.state));
    for (const ignored of state.ignored) log.warn(ignored);
    const failed = await inManifest(connector, async () => {
      const opened = await openConnector(session, connector);
      return readStreams(opened.source(), {
        run: opened.run,
        output,
        catalog,
        state,
        shard: options.shard,
        explain: (error) => explainError(connector, error),
      });
    });
    if (failed.length > 0) throw failedStreamsError(failed);
    return 0;
  });
}

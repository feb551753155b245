import { components } from '../components/index.ts';
import { failedStreamsError, readStreams } from '../engine/read.ts';
import { parseCatalog } from '../protocol/catalog.ts';
import { parseState } from '../protocol/state.ts';
import { explainError, inManifest, readConfig, requireConnector } from './connector.ts';
import { readJson } from './inputs.ts';
import { openConnector } from './open-connector.ts';
import type { CommandOptions } from './program.ts';
import { runCommand } from './session.ts';

/** The key of a config that asks for something of the Connector Builder. */
const BUILDER_COMMAND = '__command';

/** Prints the records and states of the catalog's streams; exit code 1 when a stream failed. */
export function runRead(options: CommandOptions): Promise<number> {
  return runCommand(options, components, async (session) => {
    const { output, log } = session;
    const config = readConfig(options);
    if (Object.hasOwn(config, BUILDER_COMMAND)) return (await import('./builder/command.ts')).runBuilderCommand(session, config);
    const connector = await requireConnector(session, config);
    const catalog = parseCatalog(readJson('catalog', options.catalog as string));
    const state = parseState(options.state === undefined ? [] : readJson('state', options.state));
    for (const ignored of state.ignored) log.warn(ignored);
    const failed = await inManifest(connector, async () => {
      const opened = await openConnector(session, connector);
      return readStreams(opened.source(), { run: opened.run, output, catalog, state, explain: (error) => explainError(connector, error) });
    });
    if (failed.length > 0) throw failedStreamsError(failed);
    return 0;
  });
}

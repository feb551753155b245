import { inManifest, requireConnector } from './connector.ts';
import { keepConfigIn } from './keep-config.ts';
import { openConnector } from './open-connector.ts';
import { type PlainTexts, runPlainCommand } from './plain-command.ts';
import type { CommandOptions } from './program.ts';
import { wholeCatalog } from './whole-catalog.ts';

/** The options of `catalog`. */
export interface CatalogOptions extends CommandOptions {
  readonly streams?: string;
}

/** Writes a configured catalog of the streams, with the sync modes, keys and names that the manifest suggests. Gives the exit code. */
export function runCatalog(options: CatalogOptions, { write, tell }: PlainTexts): Promise<number> {
  return runPlainCommand(options, tell, async (session) => {
    const connector = await requireConnector(session);
    const names = options.streams?.split(',').map((name) => name.trim());
    const catalog = await inManifest(connector, async () => {
      const opened = await openConnector(session, connector, {}, keepConfigIn(connector.configPath));
      opened.validate();
      return wholeCatalog(opened.source(), names);
    });
    write(`${JSON.stringify(catalog, undefined, 2)}\n`);
  });
}

import type { Source } from '../engine/kinds.ts';
import type { ConfiguredCatalog, ConfiguredStream } from '../protocol/catalog.ts';
import { catalogStream } from './discover.ts';

/** A catalog of all streams of a source, each read incrementally where it can be. */
export async function wholeCatalog(source: Source): Promise<ConfiguredCatalog> {
  const streams: ConfiguredStream[] = [];
  for (const stream of await source.streams()) {
    const described = catalogStream(await stream.describe());
    const { source_defined_primary_key: primaryKey } = described;
    streams.push({
      stream: described,
      sync_mode: described.supported_sync_modes.includes('incremental') ? 'incremental' : 'full_refresh',
      destination_sync_mode: primaryKey === undefined ? 'append' : 'append_dedup',
      ...(primaryKey === undefined ? {} : { primary_key: primaryKey }),
    });
  }
  return { streams };
}

import type { Source } from '../engine/kinds.ts';
import type { ConfiguredCatalog, ConfiguredStream } from '../protocol/catalog.ts';
import { ConfigError } from '../protocol/failure.ts';
import type { CatalogStream } from '../protocol/messages.ts';
import { catalogStream } from './discover.ts';

/** A catalog of the streams of a source, all or those named, each read incrementally where it can be. Throws ConfigError for names of none. */
export async function wholeCatalog(source: Source, names?: readonly string[]): Promise<ConfiguredCatalog> {
  const available = await source.streams();
  requireNames(
    available.map(({ name }) => name),
    names,
  );
  const selected = names === undefined ? available : available.filter(({ name }) => names.includes(name));
  const streams: ConfiguredStream[] = [];
  for (const stream of selected) streams.push(configured(catalogStream(await stream.describe())));
  return { streams };
}

function configured(stream: CatalogStream): ConfiguredStream {
  const { source_defined_primary_key: primaryKey } = stream;
  const isIncremental = stream.supported_sync_modes.includes('incremental');
  return {
    stream,
    sync_mode: isIncremental ? 'incremental' : 'full_refresh',
    destination_sync_mode: isIncremental ? 'append_dedup' : 'overwrite',
    ...(primaryKey === undefined ? {} : { primary_key: primaryKey }),
  };
}

/** The streams of a catalog that are named; throws ConfigError for names of none. */
export function namedStreams({ streams }: ConfiguredCatalog, names: readonly string[] | undefined): ConfiguredCatalog {
  requireNames(
    streams.map(({ stream }) => stream.name),
    names,
  );
  return { streams: names === undefined ? streams : streams.filter(({ stream }) => names.includes(stream.name)) };
}

function requireNames(available: readonly string[], names: readonly string[] | undefined): void {
  const unknown = names?.find((name) => !available.includes(name));
  if (unknown !== undefined) throw new ConfigError(`There is no stream "${unknown}"; there are ${available.join(', ')}.`);
}

/**
 * The streams of a catalog with what the source says of them where the catalog says nothing: schema, primary key and cursor field. Throws
 * ConfigError for a stream that the source does not have.
 */
export async function describedStreams(source: Source, { streams }: ConfiguredCatalog): Promise<ConfiguredStream[]> {
  const byName = new Map((await source.streams()).map((stream) => [stream.name, stream]));
  return Promise.all(
    streams.map(async (configuredStream) => {
      const own = byName.get(configuredStream.stream.name);
      if (own === undefined) {
        const all = [...byName.keys()].join(', ');
        throw new ConfigError(
          `The catalog selects the stream "${configuredStream.stream.name}", which the source does not have; it has ${all}.`,
        );
      }
      const described = catalogStream(await own.describe());
      const { stream } = configuredStream;
      const hasSchema = Object.keys(stream.json_schema).length > 0;
      return { ...configuredStream, stream: { ...described, ...stream, ...(hasSchema ? {} : { json_schema: described.json_schema }) } };
    }),
  );
}

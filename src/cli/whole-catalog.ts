import type { Source, StreamDescription } from '../engine/kinds.ts';
import type { ConfiguredCatalog, ConfiguredStream } from '../protocol/catalog.ts';
import { ConfigError } from '../protocol/failure.ts';
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
  for (const stream of selected) streams.push(configured(await stream.describe()));
  return { streams };
}

function configured(description: StreamDescription): ConfiguredStream {
  const { destinationSyncMode, destinationName } = description;
  const stream = catalogStream(description);
  const { source_defined_primary_key: primaryKey } = stream;
  const isIncremental = stream.supported_sync_modes.includes('incremental');
  // Rows without a key cannot be told apart, whatever the manifest suggests.
  const isMergeable = destinationSyncMode !== 'append_dedup' || primaryKey !== undefined;
  const mode = (isMergeable ? destinationSyncMode : 'append') ?? (isIncremental ? 'append_dedup' : 'overwrite');
  return {
    stream,
    sync_mode: isIncremental && mode !== 'overwrite' ? 'incremental' : 'full_refresh',
    destination_sync_mode: mode,
    ...(primaryKey === undefined ? {} : { primary_key: primaryKey }),
    ...(stream.default_cursor_field === undefined ? {} : { cursor_field: stream.default_cursor_field }),
    ...(destinationName === undefined ? {} : { destination_object_name: destinationName }),
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

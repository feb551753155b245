import type { Json, JsonObject } from '../lib/json.ts';
import { ConfigError } from './failure.ts';
import type { CatalogStream, DestinationSyncMode, SyncMode } from './messages.ts';
import { booleanAt, choiceAt, integerAt, itemsAt, objectAt, optionalAt, type Place, placeOf, stringAt, stringsAt, topOf } from './shape.ts';

/** A stream that the user selected, and how it shall be read. */
export interface ConfiguredStream {
  stream: CatalogStream;
  sync_mode: SyncMode;
  destination_sync_mode: DestinationSyncMode;
  cursor_field?: string[];
  primary_key?: string[][];
  destination_object_name?: string;
  generation_id?: number | bigint;
  minimum_generation_id?: number | bigint;
  sync_id?: number | bigint;
  include_files?: boolean;
}

export interface ConfiguredCatalog {
  streams: ConfiguredStream[];
}

const SYNC_MODES: readonly SyncMode[] = ['full_refresh', 'incremental'];
const DESTINATION_SYNC_MODES: readonly DestinationSyncMode[] = ['append', 'overwrite', 'append_dedup', 'update', 'soft_delete'];

// parity: models/airbyte_protocol_serializers.py:ConfiguredAirbyteCatalogSerializer
/**
 * Reads a configured catalog. Nulls count as absent keys and unknown keys are passed over; anything else that the protocol does not allow
 * throws a `ConfigError` that names the place, what was expected there and what was found.
 */
export function parseCatalog(json: Json): ConfiguredCatalog {
  const top = topOf('catalog', json);
  const streams = itemsAt(placeOf(top, objectAt(top), 'streams')).map(configuredStreamAt);
  refuseRepeated(streams);
  return { streams };
}

/** A stream that is listed twice would be read twice, and its states would contradict each other. */
function refuseRepeated(streams: readonly ConfiguredStream[]): void {
  const counts = new Map<string, number>();
  for (const { stream } of streams) {
    const key = JSON.stringify([stream.namespace, stream.name]);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const repeated = [...counts].filter(([, count]) => count > 1);
  if (repeated.length === 0) return;
  const names = repeated.map(([key, count]) => `"${JSON.parse(key)[1]}" ${count} times`).join(', ');
  throw new ConfigError(`The catalog lists ${names}. List each stream once.`);
}

function configuredStreamAt(place: Place): ConfiguredStream {
  const key = keysOf(place);
  return withoutAbsent({
    stream: streamAt(key('stream')),
    sync_mode: choiceAt(key('sync_mode'), SYNC_MODES),
    destination_sync_mode: choiceAt(key('destination_sync_mode'), DESTINATION_SYNC_MODES),
    cursor_field: optionalAt(key('cursor_field'), stringsAt),
    primary_key: optionalAt(key('primary_key'), pathsAt),
    destination_object_name: optionalAt(key('destination_object_name'), stringAt),
    generation_id: optionalAt(key('generation_id'), integerAt),
    minimum_generation_id: optionalAt(key('minimum_generation_id'), integerAt),
    sync_id: optionalAt(key('sync_id'), integerAt),
    include_files: optionalAt(key('include_files'), booleanAt),
  });
}

function streamAt(place: Place): CatalogStream {
  const key = keysOf(place);
  return withoutAbsent({
    name: stringAt(key('name')),
    json_schema: objectAt(key('json_schema')),
    supported_sync_modes: itemsAt(key('supported_sync_modes')).map((mode) => choiceAt(mode, SYNC_MODES)),
    source_defined_cursor: optionalAt(key('source_defined_cursor'), booleanAt),
    default_cursor_field: optionalAt(key('default_cursor_field'), stringsAt),
    source_defined_primary_key: optionalAt(key('source_defined_primary_key'), pathsAt),
    namespace: optionalAt(key('namespace'), stringAt),
    is_resumable: optionalAt(key('is_resumable'), booleanAt),
    is_file_based: optionalAt(key('is_file_based'), booleanAt),
  });
}

function keysOf(place: Place): (key: string) => Place {
  const object: JsonObject = objectAt(place);
  return (key) => placeOf(place, object, key);
}

function pathsAt(place: Place): string[][] {
  return itemsAt(place).map(stringsAt);
}

type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

function withoutAbsent<T extends object>(fields: T): Present<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>;
}

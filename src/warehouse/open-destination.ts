import { ConfigError } from '../protocol/failure.ts';
import type { Destination, OpenOptions } from './destination.ts';

const OPENERS: Readonly<Record<string, (place: string, options: OpenOptions) => Promise<Destination>>> = {
  duckdb: async (place, options) => (await import('./duckdb.ts')).openDuckdb(place, options),
  jsonl: async (place, options) => (await import('./jsonl.ts')).openJsonl(place, options),
  parquet: async (place, options) => (await import('./parquet.ts')).openParquet(place, options),
  sqlite: async (place, options) => (await import('./sqlite.ts')).openSqlite(place, options),
};

/** Opens what `KIND:PLACE` names; throws ConfigError when there is no such kind or when the place cannot be used. */
export async function openDestination(target: string, options: OpenOptions): Promise<Destination> {
  const [, kind = '', place = ''] = /^([a-z]+):(.+)$/.exec(target) ?? [];
  const open = Object.hasOwn(OPENERS, kind) ? OPENERS[kind] : undefined;
  if (open === undefined || place === '') {
    throw new ConfigError(
      `"${target}" is no place to load into: give one of ${Object.keys(OPENERS)
        .map((name) => `${name}:PLACE`)
        .join(', ')}.`,
    );
  }
  return open(place, options);
}

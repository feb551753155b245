import { ConfigError } from '../protocol/failure.ts';
import type { Destination } from './destination.ts';

const OPENERS: Readonly<Record<string, (place: string) => Promise<Destination>>> = {
  duckdb: async (place) => (await import('./duckdb.ts')).openDuckdb(place),
  jsonl: async (place) => (await import('./jsonl.ts')).openJsonl(place),
  parquet: async (place) => (await import('./parquet.ts')).openParquet(place),
  sqlite: async (place) => (await import('./sqlite.ts')).openSqlite(place),
};

/** Opens what `KIND:PLACE` names; throws ConfigError when there is no such kind or when the place cannot be used. */
export async function openDestination(target: string): Promise<Destination> {
  const [, kind = '', place = ''] = /^([a-z]+):(.+)$/.exec(target) ?? [];
  const open = Object.hasOwn(OPENERS, kind) ? OPENERS[kind] : undefined;
  if (open === undefined || place === '') {
    throw new ConfigError(
      `"${target}" is no place to load into: give one of ${Object.keys(OPENERS)
        .map((name) => `${name}:PLACE`)
        .join(', ')}.`,
    );
  }
  return open(place);
}

import { InvalidArgumentError } from 'commander';
import type { Shard } from '../engine/shard.ts';

/** Reads `2/8`, the second of eight shards; throws what commander shows with the usage. */
export function parseShard(text: string): Shard {
  const [, index, count] = (/^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? []).map(Number);
  if (index === undefined || count === undefined || index < 1 || index > count) {
    throw new InvalidArgumentError('It is written like 2/8: the second of eight, the first being 1/8.');
  }
  return { index, count };
}

import type { JsonObject } from '../lib/json.ts';
import { partitionKey } from './partition-key.ts';
import type { StreamSlice } from './stream-slice.ts';

/** One of several processes that share the work of a read: the first of eight is 1 of 8. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** Whether the shard reads a stream that has no partitions. */
export function ownsStream(shard: Shard, stream: string): boolean {
  return shardOf(stream, shard.count) === shard.index;
}

/** A shard as one stream knows it. */
export interface StreamShard extends Shard {
  /** Whether the shard reads a partition. */
  isOwn(partition: JsonObject): boolean;
}

/** The shard with its part of a stream's partitions. */
export function streamShard({ index, count }: Shard, stream: string): StreamShard {
  return { index, count, isOwn: (partition) => shardOf(`${stream}\n${partitionKey(partition).text}`, count) === index };
}

/** What gives the slices of a shard; see PartitionRouter. */
interface Slices {
  readonly groups?: boolean;
  slices(keep?: (slice: StreamSlice) => boolean): AsyncIterable<StreamSlice>;
}

/** The slices of a router that a shard reads; groups are made of partitions that are all its own. */
export async function* slicesOfShard(router: Slices, shard: StreamShard): AsyncGenerator<StreamSlice> {
  const keep = ({ partition }: StreamSlice): boolean => shard.isOwn(partition);
  for await (const slice of router.slices(keep)) if (router.groups === true || keep(slice)) yield slice;
}

/** The shard that a text belongs to: the same in every process, version and order of work. */
function shardOf(text: string, count: number): number {
  const digest = process.getBuiltinModule('node:crypto').createHash('sha256').update(text).digest();
  return (digest.readUIntBE(0, 6) % count) + 1;
}

import { type Json, type JsonObject, stringifyJson } from '../lib/json.ts';
import { isPlainObject, ownProperty } from '../lib/objects.ts';

/** Partitions that one warning names. */
const MOST_NAMED = 3;

/** Where a state has a cursor value that is empty or null. */
export interface EmptyValues {
  readonly partitions: readonly JsonObject[];
  /** Whether the value of the stream, or the one common to all partitions, is empty. */
  readonly isCommon: boolean;
  /** Whether the state holds no other value. */
  readonly isAll: boolean;
}

/** Whether a cursor value in a state stands for none. */
export function isEmptyValue(value: Json | undefined): boolean {
  return value === null || value === '';
}

/** Finds the empty values in a state of either form; `lacksValue` tells whether the state of one cursor has one. */
export function findEmptyValues(state: JsonObject, lacksValue: (state: JsonObject) => boolean): EmptyValues {
  const [common, listed] = [ownProperty(state, 'state'), ownProperty(state, 'states')];
  const isOfPartitions = isPlainObject(common) || Array.isArray(listed);
  const states = Array.isArray(listed) ? listed.filter(isPartitionState) : [];
  const partitions = states.filter(({ cursor }) => lacksValue(cursor)).map(({ partition }) => partition);
  const plain = isOfPartitions ? common : state;
  const isCommon = isPlainObject(plain) && lacksValue(plain as JsonObject);
  const hasCommon = isPlainObject(plain) && Object.keys(plain).length > 0 && !isCommon;
  return { partitions, isCommon, isAll: (isCommon || partitions.length > 0) && !hasCommon && partitions.length === states.length };
}

function isPartitionState(entry: Json): entry is { partition: JsonObject; cursor: JsonObject } {
  return isPlainObject(entry) && isPlainObject(entry['partition']) && isPlainObject(entry['cursor']);
}

/** The warnings of empty values. */
export function tellOfEmptyValues({ partitions, isCommon }: EmptyValues, stream: string, field: string): string[] {
  const told: string[] = [];
  if (isCommon)
    told.push(
      `Stream ${stream}: the state has no value of "${field}", only an empty one. It counts for none: what it stands for is read from the start.`,
    );
  const named = partitions.slice(0, MOST_NAMED).map((partition) => stringifyJson(partition));
  const more = partitions.length - named.length;
  if (partitions.length === 1)
    told.push(
      `Stream ${stream}: the state of the partition ${named[0]} has no value of "${field}", only an empty one. It counts for none: the partition is read from the start.`,
    );
  if (partitions.length > 1)
    told.push(
      `Stream ${stream}: the states of the partitions ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''} have no value of "${field}", only an empty one. They count for none: these partitions are read from the start.`,
    );
  return told;
}

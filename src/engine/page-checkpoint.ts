import { type Json, type JsonObject, stringifyJson } from '../lib/json.ts';
import { isPlainObject, ownProperty, setOwnProperty } from '../lib/objects.ts';
import { partitionKey } from './partition-key.ts';
import type { BegunSlice } from './resumption.ts';
import { fingerprint } from './stream-fingerprint.ts';

/**
 * The key of a state under which it keeps how far its open slices were read. The rest of the state is what it would be without it, so
 * whoever does not know of it reads these slices from their start.
 */
export const CHECKPOINT_KEY = 'page_checkpoint';

/** A slice that is read up to a page. */
export interface OpenSlice {
  readonly partition: JsonObject;
  readonly cursorSlice: JsonObject;
  /** The token of the page after the last one that was written. */
  readonly token: Json;
  readonly latest: Json | undefined;
}

/** How far a sync came within its slices. */
export interface PageCheckpoint {
  readonly open: readonly OpenSlice[];
  readonly read: readonly BegunSlice[];
  /** The partitions that were read to their end, by `partitionPrint`. */
  readonly done: readonly string[];
  readonly memo: JsonObject;
}

/** What the checkpoints of a stream are bound to. */
export interface CheckpointScope {
  /** The fingerprint of the stream. */
  readonly stream: string;
  /** The present, in microseconds since 1970. */
  readonly now: bigint;
  /** Microseconds for which a checkpoint may be used. */
  readonly validFor: bigint;
  /** Whether the last state of a stream that ended with an error has one too, which the reference's has not. */
  readonly outlivesErrors: boolean;
}

/** A state without its checkpoint, and the checkpoint as it stands there. */
export function splitCheckpoint(state: JsonObject): { readonly state: JsonObject; readonly stored: Json | undefined } {
  const stored = ownProperty(state, CHECKPOINT_KEY);
  if (stored === undefined) return { state, stored };
  const { [CHECKPOINT_KEY]: _, ...rest } = state;
  return { state: rest, stored };
}

/** The state with a checkpoint. */
export function withCheckpoint(
  state: JsonObject,
  { open, read, done, memo }: PageCheckpoint,
  { stream, now }: Pick<CheckpointScope, 'stream' | 'now'>,
): JsonObject {
  const stored: JsonObject = {
    stream,
    state: stateFingerprint(state),
    at: new Date(Number(now / 1000n)).toISOString(),
    ...(open.length === 0 ? {} : { open: open.map(printOpen) }),
    ...(read.length === 0 ? {} : { read: read.map(printRead) }),
    ...(done.length === 0 ? {} : { done: [...done] }),
    ...(Object.keys(memo).length === 0 ? {} : { memo }),
  };
  return { ...state, [CHECKPOINT_KEY]: stored };
}

/** A stored checkpoint of a state; a text says why it cannot be used. */
export function readCheckpoint(
  state: JsonObject,
  stored: Json,
  { stream, now, validFor }: Omit<CheckpointScope, 'outlivesErrors'>,
): PageCheckpoint | string {
  if (!isPlainObject(stored)) return DAMAGED;
  const { stream: ofStream, state: ofState, at, open = [], read = [], done = [], memo = {} } = stored as JsonObject;
  const printedAt = typeof at === 'string' ? Date.parse(at) : Number.NaN;
  if (typeof ofStream !== 'string' || typeof ofState !== 'string' || Number.isNaN(printedAt) || !isPlainObject(memo)) return DAMAGED;
  if (!Array.isArray(open) || !Array.isArray(read) || !Array.isArray(done)) return DAMAGED;
  if (ofStream !== stream) return 'the stream or the config has changed since';
  if (ofState !== stateFingerprint(state)) return 'the rest of the state has changed since';
  const age = now / 1000n - BigInt(printedAt);
  if (age * 1000n > validFor) return `it is ${Math.round(Number(age) / 60_000)} minutes old`;
  const entries = [...open, ...read];
  if (!entries.every(isEntry) || !done.every((print) => typeof print === 'string')) return DAMAGED;
  return {
    open: (open as JsonObject[]).map((entry) => ({ ...sliceOf(entry), token: entry['token'] ?? null })),
    read: (read as JsonObject[]).map((entry) => ({ ...sliceOf(entry), isRead: true })),
    done: done as string[],
    memo: memo as JsonObject,
  };
}

const DAMAGED = 'it has the wrong shape';
const PARTITION_PRINT_LENGTH = 11;

/** What stands for a partition in a list of those that were read. */
export function partitionPrint(partition: JsonObject): string {
  return fingerprint(partitionKey(partition).text).slice(0, PARTITION_PRINT_LENGTH);
}

/** The text by which equal slices are found. */
export function sliceKey(partition: JsonObject, cursorSlice: JsonObject): string {
  return `${partitionKey(partition).text} ${partitionKey(cursorSlice).text}`;
}

/** The state whose fingerprint was made last: it often stays the same from page to page. */
let last = { text: '', print: '' };

function stateFingerprint(state: JsonObject): string {
  const text = stringifyJson(state);
  if (text !== last.text || last.print === '') last = { text, print: fingerprint(partitionKey(state).text) };
  return last.print;
}

function printOpen({ token, ...slice }: OpenSlice): JsonObject {
  return { ...printSlice(slice), token };
}

function printRead({ partition, cursorSlice, latest }: BegunSlice): JsonObject {
  return printSlice({ partition, cursorSlice, latest });
}

function printSlice({ partition, cursorSlice, latest }: Omit<OpenSlice, 'token'>): JsonObject {
  const printed: JsonObject = {};
  if (Object.keys(partition).length > 0) setOwnProperty(printed, 'partition', partition);
  if (Object.keys(cursorSlice).length > 0) setOwnProperty(printed, 'slice', cursorSlice);
  if (latest !== undefined) setOwnProperty(printed, 'latest', latest);
  return printed;
}

function isEntry(entry: Json): boolean {
  if (!isPlainObject(entry)) return false;
  const { partition = {}, slice = {} } = entry as JsonObject;
  return isPlainObject(partition) && isPlainObject(slice);
}

function sliceOf({ partition = {}, slice = {}, latest }: JsonObject): Omit<OpenSlice, 'token'> {
  return { partition: partition as JsonObject, cursorSlice: slice as JsonObject, latest };
}

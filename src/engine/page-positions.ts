import type { Value } from '../lang/values.ts';
import { Float, type Json, type JsonObject, stringifyJson } from '../lib/json.ts';
import { isPlainObject } from '../lib/objects.ts';
import type { OpenStream, PagePosition } from './kinds.ts';
import { type CheckpointScope, type OpenSlice, type PageCheckpoint, partitionPrint, sliceKey, withCheckpoint } from './page-checkpoint.ts';
import type { Resumption } from './resumption.ts';
import type { Run } from './run.ts';
import type { StreamSlice } from './stream-slice.ts';

/** Characters of a token beyond which it is not stored. */
const LONGEST_TOKEN = 16_384;
/** Characters of a token that the log shows. */
const SHOWN_TOKEN = 200;
/** Partitions beyond which those that were read to their end are not remembered one by one. */
const MOST_DONE = 200_000;

/** How far the open slices of a stream are read. */
export interface PagePositions {
  /** Where the reading of a slice begins; `onPage` is called when a further page of it is written. */
  begin(slice: StreamSlice, onPage: () => void): PagePosition;
  /** Told when a slice was read to its end and its cursor knows; true when that is news that the cursor may not have. */
  close(slice: StreamSlice): boolean;
  /** The state while slices are open. */
  state(): JsonObject;
  /** Whether somebody has asked for them, and not the catalog alone: then they are told of more often. */
  readonly isAskedFor: boolean;
  /** The state at the end of the stream. */
  lastState(hasFailed: boolean): JsonObject;
}

/** What an earlier run left, as cursors and routers go on with it. */
export function resumptionOf({ open, read, done, memo }: PageCheckpoint): Resumption {
  const left = new Map<string, number>();
  for (const print of done) left.set(print, (left.get(print) ?? 0) + 1);
  return {
    slices: [...read, ...open.map(({ partition, cursorSlice, latest }) => ({ partition, cursorSlice, latest, isRead: false }))],
    memo,
    takeDone(partition) {
      if (left.size === 0) return false;
      const print = partitionPrint(partition);
      const count = left.get(print) ?? 0;
      if (count === 0) return false;
      left.set(print, count - 1);
      return true;
    },
  };
}

/** Follows the pages of a stream, beginning with what an earlier run left. */
export function createPagePositions(
  { clock, log, secrets }: Run,
  { name, cursor, router }: OpenStream,
  begun: PageCheckpoint | undefined,
  { stream, outlivesErrors }: CheckpointScope,
): PagePositions {
  const open = new Map<string, OpenSlice & { slice?: StreamSlice }>();
  for (const entry of begun?.open ?? []) open.set(sliceKey(entry.partition, entry.cursorSlice), entry);
  const done = [...(begun?.done ?? [])];
  let hasTold = false;

  /** Why a slice must not be found in a state with this token; undefined when it may. */
  function obstacle({ partition, token }: Pick<OpenSlice, 'partition' | 'token'>): string | undefined {
    if (typeof token === 'number' && Object.keys(partition).length === 0) return undefined;
    if (!isJson(token)) return 'its page tokens are no JSON';
    const text = stringifyJson(token);
    if (text.length > LONGEST_TOKEN) return `a page token is ${text.length} characters long`;
    const all = `${typeof token === 'string' ? token : text} ${stringifyJson(partition)}`;
    return secrets.redactUrl(all) === all ? undefined : 'a page token or a partition holds what may be a secret';
  }

  function note(slice: StreamSlice, value: Value): boolean {
    const { partition, cursorSlice } = slice;
    const token = value as Json;
    const problem = obstacle({ partition, token });
    if (problem === undefined) {
      open.set(sliceKey(partition, cursorSlice), { partition, cursorSlice, token, latest: undefined, slice });
      return true;
    }
    if (!hasTold) log.info(`Stream ${name}: a killed sync will begin its open slices anew, since ${problem}, which is not stored.`);
    hasTold = true;
    return false;
  }

  function checkpoint(): PageCheckpoint {
    const { read = [], memo = {} } = cursor.progress?.() ?? {};
    const printed = [...open.values()].map(({ slice, ...entry }) => {
      const latest = (slice && cursor.latestIn?.(slice)) ?? entry.latest;
      return { ...entry, latest };
    });
    return { open: printed, read, done, memo };
  }

  function state(): JsonObject {
    const present = checkpoint();
    const state = cursor.unfinished?.() ?? cursor.state();
    const isEmpty = open.size === 0 && present.read.length === 0 && done.length === 0;
    return isEmpty ? state : withCheckpoint(state, present, { stream, now: clock.now() });
  }

  return {
    begin(slice, onPage) {
      const key = sliceKey(slice.partition, slice.cursorSlice);
      const entry = open.get(key);
      if (entry !== undefined) {
        log.info(
          `Stream ${name}: goes on within ${describe(slice)} at the page token ${stringifyJson(entry.token).slice(0, SHOWN_TOKEN)}.`,
        );
        open.set(key, { ...entry, slice });
      }
      return {
        token: entry === undefined ? undefined : (entry.token as Value),
        reached(token) {
          if (note(slice, token)) onPage();
        },
      };
    },
    close(slice) {
      open.delete(sliceKey(slice.partition, slice.cursorSlice));
      if (router === undefined) return false;
      if (cursor.hasRead?.(slice) === true && done.length < MOST_DONE) done.push(partitionPrint(slice.partition));
      return true;
    },
    state,
    isAskedFor: outlivesErrors,
    lastState: (hasFailed) => (hasFailed && outlivesErrors ? state() : cursor.state()),
  };
}

function describe({ partition, cursorSlice }: StreamSlice): string {
  const values = { ...partition, ...cursorSlice };
  return Object.keys(values).length === 0 ? 'the stream' : `the slice ${stringifyJson(values)}`;
}

/** Whether a value comes back from JSON as it is. */
function isJson(value: unknown): value is Json {
  if (value === null || value instanceof Float || ['string', 'boolean', 'bigint'].includes(typeof value)) return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isJson);
  return isPlainObject(value) && Object.values(value).every(isJson);
}

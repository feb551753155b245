import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { canonicalJson } from '../lib/canonical-json.ts';
import { type Json, type JsonObject, stringifyJson } from '../lib/json.ts';
import { isPlainObject } from '../lib/objects.ts';

/** How many records of each kind of difference are kept to be shown. */
const MOST_SHOWN = 5;

/** What two extractions of a stream differ in. */
export interface StreamDifference {
  readonly stream: string;
  /** Records before and after. */
  readonly before: number;
  readonly after: number;
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  /** Some of the records that differ. */
  readonly examples: readonly RecordDifference[];
  /** The last states, where they differ. */
  readonly states?: { readonly before: JsonObject | undefined; readonly after: JsonObject | undefined };
}

/** A record that differs; `before` is absent for an added one, `after` for a removed one. */
export interface RecordDifference {
  readonly key: string;
  before?: JsonObject;
  after?: JsonObject;
}

/** Finds the values that identify a record of a stream: its primary key, undefined where there is none. */
export type KeyPaths = (stream: string) => readonly (readonly string[])[] | undefined;

/** One of two extractions, as it is read. */
export interface Extraction {
  record(stream: string, record: JsonObject): void;
  state(stream: string, state: JsonObject): void;
}

interface StreamSide {
  /** A hash of each record, by its key. */
  readonly hashes: Map<string, string>;
  /** How often each key came. */
  readonly repeats: Map<string, number>;
  records: number;
  state: JsonObject | undefined;
}

/**
 * Compares two extractions that are read one after the other: the one before, the one after, and the one before again where `settle`
 * says so. Only hashes are kept of records that are equal.
 */
export function createComparison(keyPaths: KeyPaths) {
  const before = new Map<string, StreamSide>();
  const after = new Map<string, StreamSide>();
  const examples = new Map<string, Map<string, RecordDifference>>();
  const counts = new Map<string, { added: number; changed: number }>();

  function side(of: Map<string, StreamSide>, stream: string): StreamSide {
    const known = of.get(stream) ?? { hashes: new Map(), repeats: new Map(), records: 0, state: undefined };
    of.set(stream, known);
    return known;
  }

  function note(stream: string, kind: 'added' | 'changed', key: string, record: JsonObject): void {
    const count = counts.get(stream) ?? { added: 0, changed: 0 };
    counts.set(stream, count);
    count[kind] += 1;
    if (count[kind] <= MOST_SHOWN) shown(stream).set(key, { key, after: record });
  }

  function shown(stream: string): Map<string, RecordDifference> {
    const known = examples.get(stream) ?? new Map<string, RecordDifference>();
    examples.set(stream, known);
    return known;
  }

  function removedKeys(stream: string): string[] {
    const seen = after.get(stream)?.hashes;
    return [...(before.get(stream)?.hashes.keys() ?? [])].filter((key) => seen?.has(key) !== true);
  }

  const reader = (
    of: Map<string, StreamSide>,
    differs?: (stream: string, key: string, hash: string, record: JsonObject) => void,
  ): Extraction => ({
    record(stream, record) {
      const own = side(of, stream);
      own.records += 1;
      const { key, hash } = identify(record, keyPaths(stream), own.repeats);
      own.hashes.set(key, hash);
      differs?.(stream, key, hash, record);
    },
    state(stream, state) {
      side(of, stream).state = state;
    },
  });

  return {
    before: reader(before),
    after: reader(after, (stream, key, hash, record) => {
      const old = before.get(stream)?.hashes.get(key);
      if (old === undefined) note(stream, 'added', key, record);
      else if (old !== hash) note(stream, 'changed', key, record);
    }),
    /** Whether records of the extraction before must be looked at again; to be asked after the one after. */
    settle(): boolean {
      for (const stream of before.keys()) {
        for (const key of removedKeys(stream).slice(0, MOST_SHOWN)) shown(stream).set(key, { key });
      }
      return [...examples].some(([stream, list]) => [...list.keys()].some((key) => before.get(stream)?.hashes.has(key)));
    },
    /** Reads the extraction before once more. */
    details(): Extraction {
      const again = new Map<string, StreamSide>();
      return reader(again, (stream, key, _hash, record) => {
        const wanted = examples.get(stream)?.get(key);
        if (wanted !== undefined) wanted.before = record;
      });
    },
    /** The streams that differ or not, by name. */
    result(): StreamDifference[] {
      return [...new Set([...before.keys(), ...after.keys()])].sort().map((stream) => {
        const [old, present] = [side(before, stream), side(after, stream)];
        return {
          stream,
          before: old.records,
          after: present.records,
          ...(counts.get(stream) ?? { added: 0, changed: 0 }),
          removed: removedKeys(stream).length,
          examples: [...(examples.get(stream)?.values() ?? [])],
          ...(isDeepStrictEqual(old.state, present.state) ? {} : { states: { before: old.state, after: present.state } }),
        };
      });
    },
  };
}

/** A key of its own for the record, and a hash of it; records that share all that identifies them are told apart by their number. */
function identify(
  record: JsonObject,
  paths: readonly (readonly string[])[] | undefined,
  repeats: Map<string, number>,
): { key: string; hash: string } {
  const hash = createHash('sha256').update(canonical(record)).digest('base64');
  const values = paths?.map((path) => valueAt(record, path)) ?? [];
  const isKeyed = values.length > 0 && values.every((value) => value !== undefined && value !== null);
  const base = isKeyed ? values.map((value, index) => `${paths?.[index]?.join('.')}=${shownValue(value as Json)}`).join(' ') : `#${hash}`;
  const number = (repeats.get(base) ?? 0) + 1;
  repeats.set(base, number);
  return { key: number === 1 ? base : `${base} (${number})`, hash };
}

function valueAt(record: JsonObject, path: readonly string[]): Json | undefined {
  let value: Json | undefined = record;
  for (const name of path) value = isPlainObject(value) ? (value as JsonObject)[name] : undefined;
  return value;
}

function shownValue(value: Json): string {
  return typeof value === 'string' ? value : stringifyJson(value);
}

/** JSON with sorted keys and without top-level nulls, which records are written without. */
function canonical(record: JsonObject): string {
  return canonicalJson(Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null)));
}

/** Whether a stream is the same before and after. */
export function isSame({ added, removed, changed, states }: StreamDifference): boolean {
  return added === 0 && removed === 0 && changed === 0 && states === undefined;
}

/** The differences of a stream in words, one line each. */
export function describeDifference(difference: StreamDifference): string[] {
  const { stream, before, after, added, removed, changed, examples, states } = difference;
  if (isSame(difference)) return [`${stream}: ${after} records, no difference`];
  const counts = [`${changed} changed`, `${added} added`, `${removed} removed`].join(', ');
  const lines = [`${stream}: ${before} records before, ${after} after: ${counts}`];
  lines.push(...examples.flatMap(describeRecord));
  const left = added + removed + changed - examples.length;
  if (left > 0) lines.push(`  ... and ${left} more`);
  if (states !== undefined) lines.push(`  state: ${shownState(states.before)} -> ${shownState(states.after)}`);
  return lines;
}

function describeRecord({ key, before, after }: RecordDifference): string[] {
  const name = key.startsWith('#') ? '' : ` ${key}`;
  if (before === undefined) return [`  added${name}: ${shorten(stringifyJson(after))}`];
  if (after === undefined) return [`  removed${name}: ${shorten(stringifyJson(before))}`];
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const changes = fields
    .filter((field) => canonicalJson(before[field] ?? null) !== canonicalJson(after[field] ?? null))
    .map((field) => `${field}: ${shownField(before[field])} -> ${shownField(after[field])}`);
  return [`  changed${name}: ${changes.join('; ')}`];
}

function shownField(value: Json | undefined): string {
  return value === undefined || value === null ? 'nothing' : shorten(stringifyJson(value));
}

function shownState(state: JsonObject | undefined): string {
  return state === undefined ? 'none' : shorten(stringifyJson(state));
}

const LONGEST_SHOWN = 200;

function shorten(text: string): string {
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}...` : text;
}

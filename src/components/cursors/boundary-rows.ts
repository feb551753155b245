import type { Row } from '../../engine/kinds.ts';
import { Float, type Json } from '../../lib/json.ts';
import { isPlainObject } from '../../lib/objects.ts';

/** Rows at the boundary that a state remembers; with more of them, all come again. */
export const MOST_ROWS = 1000;
const HASH_LENGTH = 20;

/** The rows that share the greatest cursor value, which the next sync meets again. */
export interface BoundaryRows {
  /** Begins anew with the first row of a greater value. */
  restart(row: Row): void;
  /** Adds a row of the same value. */
  add(row: Row): void;
  /** What tells the rows apart from others, as a state keeps it; undefined when there are too many. */
  hashes(): string[] | undefined;
}

/** Begins with the hashes that a state keeps for its value. */
export function createBoundaryRows(known: readonly string[]): BoundaryRows {
  let hashes = new Set(known);
  let rows: Row[] = [];
  let isFull = false;
  return {
    restart(row) {
      hashes = new Set();
      rows = [row];
      isFull = false;
    },
    add(row) {
      if (rows.length + hashes.size >= MOST_ROWS) isFull = true;
      else rows.push(row);
    },
    hashes() {
      for (const row of rows) hashes.add(hashRow(row));
      rows = [];
      return isFull ? undefined : [...hashes].sort();
    },
  };
}

/** A hash of a row's content, whatever the order of its keys. */
export function hashRow(row: Row): string {
  const { createHash } = process.getBuiltinModule('node:crypto');
  return createHash('sha256')
    .update(JSON.stringify(inOrder(row)))
    .digest('hex')
    .slice(0, HASH_LENGTH);
}

function inOrder(value: Json): Json {
  if (Array.isArray(value)) return value.map(inOrder);
  if (!isPlainObject(value) || value instanceof Float) return value;
  const object = value as Row;
  return Object.fromEntries(
    Object.keys(object)
      .sort()
      .map((key) => [key, inOrder(object[key] as Json)]),
  );
}

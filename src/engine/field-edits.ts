import type { Json } from '../lib/json.ts';
import type { KeptKinds } from '../lib/json-list/list-scan.ts';
import type { AppendedField } from './append-fields.ts';
import type { Reads } from './kinds.ts';

/** What becomes of the top-level fields of records, where that can be told without the rest of them. */
export interface FieldEdits {
  /** The fields that are set, one after the other; what a record had there before is gone. */
  readonly sets: readonly AppendedField[];
  /** The fields that are dropped, none of which is set. */
  readonly drops: readonly string[];
}

/** Which records a schema leaves as they are, told by their top-level fields. */
export interface SchemaFit {
  /** What stays as it is in fields that the schema changes when they have something else. */
  readonly kept: ReadonlyMap<string, KeptKinds>;
  /** Fits a value to what the schema says of a field. */
  convert(name: string, value: Json): Json;
}

/** What several steps do to fields together; undefined when one of them does something else, or does not see the record as it came. */
export function joinEdits(steps: readonly { readonly reads: Reads; readonly edits?: FieldEdits | undefined }[]): FieldEdits | undefined {
  const sets: AppendedField[] = [];
  const drops = new Set<string>();
  for (const { reads, edits } of steps) {
    if (edits === undefined || reads === 'all') return undefined;
    if (reads !== 'nothing' && reads.some((name) => drops.has(name))) return undefined;
    const isSet = (name: string): boolean => sets.some((field) => field.name === name);
    if (edits.sets.some(({ name }) => isSet(name)) || edits.drops.some(isSet)) return undefined;
    sets.push(...edits.sets);
    for (const name of edits.drops) drops.add(name);
  }
  return { sets, drops: [...drops] };
}

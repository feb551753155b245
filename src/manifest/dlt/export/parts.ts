import type { Json, JsonObject } from '../../../lib/json.ts';
import { isPlainObject, ownProperty } from '../../../lib/objects.ts';
import { memberPath } from '../../paths.ts';

/** Something of a manifest that a dlt config cannot say, or says in another way. */
export interface Loss {
  readonly path: string;
  readonly message: string;
}

/** A component of a manifest whose fields are taken one by one. */
export interface Part {
  readonly type: string;
  readonly path: string;
  /** The value of a field; what is never taken is told as lost. */
  take(key: string): Json | undefined;
  /** All fields beside the type and those that come by parameters. */
  keys(): string[];
  /** Whether a field is stated. */
  has(key: string): boolean;
  /** A child that is a component. */
  part(key: string): Part | undefined;
  parts(key: string): Part[];
  /** Tells of a field, or of the whole component, that it has no counterpart; nothing further is told of it. */
  lose(message: string, key?: string): void;
}

/** Opens components, and keeps what is lost. */
export interface PartReader {
  open(value: JsonObject, path: string): Part;
  lose(path: string, message: string): void;
  /** All losses in the order of their places, with the fields that nothing took. */
  finish(): Loss[];
}

interface Opened {
  readonly object: JsonObject;
  readonly path: string;
  readonly taken: Set<string>;
}

/** Tells whether a component of a type has a field; others came to it by parameters, and nothing reads them. */
export type HasField = (type: string, key: string) => boolean;

/** A reader that has opened nothing yet. */
export function createPartReader(hasField: HasField): PartReader {
  const opened: Opened[] = [];
  const losses: Loss[] = [];

  function lose(path: string, message: string): void {
    losses.push({ path, message });
  }

  function open(object: JsonObject, path: string): Part {
    const taken = new Set(['type', '$parameters', 'name']);
    opened.push({ object, path, taken });
    const take = (key: string): Json | undefined => {
      taken.add(key);
      return ownProperty(object, key) ?? undefined;
    };
    return {
      type: String(object['type'] ?? ''),
      path,
      take,
      keys: () => Object.keys(object).filter((key) => key !== 'type' && !key.startsWith('$')),
      has: (key) => (ownProperty(object, key) ?? undefined) !== undefined,
      part(key) {
        const value = take(key);
        if (value === undefined) return undefined;
        if (isPlainObject(value)) return open(value as JsonObject, memberPath(path, key));
        lose(memberPath(path, key), 'It is no component.');
        return undefined;
      },
      parts(key) {
        const values = take(key);
        if (!Array.isArray(values)) return [];
        return values.map((value, index) => open(value as JsonObject, memberPath(memberPath(path, key), index)));
      },
      lose(message, key) {
        if (key === undefined) for (const name of Object.keys(object)) taken.add(name);
        else taken.add(key);
        lose(key === undefined ? path : memberPath(path, key), message);
      },
    };
  }

  function finish(): Loss[] {
    for (const { object, path, taken } of opened)
      for (const [key, value] of Object.entries(object))
        if (!taken.has(key) && !isNone(value) && hasField(String(object['type']), key))
          lose(memberPath(path, key), 'It has no counterpart in a dlt config.');
    return losses;
  }

  return { open, lose, finish };
}

/** Whether a value says no more than its absence. */
function isNone(value: Json): boolean {
  if (value === null || value === false || value === '') return true;
  return Array.isArray(value) ? value.length === 0 : isPlainObject(value) && Object.keys(value).length === 0;
}

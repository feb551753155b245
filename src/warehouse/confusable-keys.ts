import { Float, type Json, type JsonObject } from '../lib/json.ts';
import { SEPARATOR } from './key-text.ts';
import { keyValue } from './row-identity.ts';

/** Looks at the keys of records for values that their untyped form does not tell apart, or takes for two; true from the first such on. */
export function createConfusionWatch(key: readonly (readonly string[])[]): (record: JsonObject) => boolean {
  const kinds: (string | undefined)[] = key.map(() => undefined);
  let isConfusable = false;
  return (record) => {
    if (isConfusable) return true;
    for (const [index, path] of key.entries()) {
      const kind = kindOf(keyValue(record, path));
      if (kind === undefined) continue;
      kinds[index] ??= kind;
      isConfusable ||= kind !== kinds[index] || (key.length > 1 && holdsSeparator(keyValue(record, path)));
    }
    return isConfusable;
  };
}

function kindOf(value: Json | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (value instanceof Float) return 'float';
  return typeof value === 'bigint' ? 'number' : typeof value;
}

function holdsSeparator(value: Json | undefined): boolean {
  return typeof value === 'string' && value.includes(SEPARATOR);
}

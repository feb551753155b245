import type { JsonObject } from '../../../lib/json.ts';
import type { Part, PartReader } from './parts.ts';

/** A component of code of one's own, which the engine finds by the same name; dlt itself wants it as a Python class. */
export function exportCustom(reader: PartReader, part: Part): JsonObject {
  reader.lose(part.path, 'The type "custom" is ours: dlt itself wants a class of Python.');
  return {
    type: 'custom',
    ...Object.fromEntries(
      part.keys().flatMap((key) => {
        const value = part.take(key);
        return value === undefined ? [] : [[key, value]];
      }),
    ),
  };
}

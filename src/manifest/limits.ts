import type { Json, JsonObject } from '../lib/json.ts';
import { isPlainObject } from '../lib/objects.ts';
import { ManifestError } from './errors.ts';

/** How many values a manifest may hold once every alias and reference is written out. */
export const MAX_VALUES = 2_000_000;
/** How deep objects and lists may nest. */
export const MAX_DEPTH = 400;

interface Extent {
  readonly values: number;
  readonly depth: number;
}

/** Gives the manifest back, or throws ManifestError when aliases and references would blow it up; looks at each shared object once. */
export function refuseOversized(manifest: JsonObject): JsonObject {
  const measured = new Map<object, Extent>();

  function measure(value: Json): Extent {
    if (!Array.isArray(value) && !isPlainObject(value)) return { values: 1, depth: 0 };
    const known = measured.get(value);
    if (known !== undefined) return known;
    let values = 1;
    let depth = 0;
    for (const item of Object.values(value) as Json[]) {
      const extent = measure(item);
      values += extent.values;
      depth = Math.max(depth, extent.depth + 1);
    }
    const extent = { values, depth };
    measured.set(value, extent);
    return extent;
  }

  const { values, depth } = measure(manifest);
  if (values > MAX_VALUES) throw tooLarge();
  if (depth > MAX_DEPTH) throw tooDeep();
  return manifest;
}

/** The error of a manifest that grows beyond `MAX_VALUES`. */
export function tooLarge(): ManifestError {
  return new ManifestError({
    code: 'too-large',
    message: `The manifest grows to more than ${MAX_VALUES} values when its references, aliases and $parameters are written out.`,
    hint: 'Look for definitions that refer to others many times over.',
  });
}

/** The error of a manifest that nests deeper than `MAX_DEPTH`. */
export function tooDeep(): ManifestError {
  return new ManifestError({ code: 'too-deep', message: `The manifest nests deeper than ${MAX_DEPTH} levels.` });
}

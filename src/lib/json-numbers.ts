import { canScan, type NumberTraits, numberTraits } from './json-list/list-scan.ts';

/** The bytes below which a text is looked at as quickly. */
const WORTH_SCANNING = 4096;
/** The bytes above which the memory for them, which is kept, would be too much. */
const MOST_SCANNED = 8 * 1024 * 1024;
const known = new WeakMap<Uint8Array, NumberTraits>();

/** What there is among the numbers of a JSON document in UTF-8; undefined for a small one, whose text tells as quickly, and for a very large one. */
export function numbersIn(bytes: Uint8Array): NumberTraits | undefined {
  if (bytes.length < WORTH_SCANNING || bytes.length > MOST_SCANNED || !canScan()) return undefined;
  let traits = known.get(bytes);
  if (traits === undefined) {
    traits = numberTraits(bytes);
    known.set(bytes, traits);
  }
  return traits;
}

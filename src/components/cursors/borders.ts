import type { Builder } from '../../engine/builder.ts';
import type { RequestContributor, RequestOption } from '../../engine/kinds.ts';
import { ownProperty } from '../../lib/objects.ts';

/**
 * Puts the borders of a slice where the manifest wants them; a slice without borders puts nothing.
 * parity: requesters/request_options/datetime_based_request_options_provider.py
 */
export function borderContributor(
  options: readonly (readonly [key: string, option: RequestOption | undefined])[],
): RequestContributor['contribute'] {
  const present = options.filter((entry): entry is readonly [string, RequestOption] => entry[1] !== undefined);
  return (target, { slice: { cursorSlice } }) => {
    if (Object.keys(cursorSlice).length === 0) return;
    for (const [key, option] of present) option.inject(target, ownProperty(cursorSlice, key) ?? null);
  };
}

/** Warns of the first record whose cursor value is missing or cannot be read; such records are synced and leave the state alone. */
export function warnOnce(b: Builder, field: string): () => void {
  let warned = false;
  return () => {
    if (warned) return;
    warned = true;
    b.run.log.warn(`${b.path}: a record has no readable "${field}". Such records are always written and do not move the state.`);
  };
}

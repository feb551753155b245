import type { Builder } from '../../engine/builder.ts';
import { missingCursorKey } from '../../engine/field-watch.ts';
import type { RequestContributor, RequestOption } from '../../engine/kinds.ts';
import { type Json, stringifyJson } from '../../lib/json.ts';
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

const CONSEQUENCE = 'Such records are given and do not move the state.';

/**
 * Warns of the first record whose cursor value is missing, and of the first whose value cannot be read; `expected` says how it should be
 * written, and what to change where it is written otherwise.
 */
export function warnOnce(b: Builder, field: string, expected: string): (value: Json | undefined) => void {
  const name = b.stream?.name ?? String(b.declaration?.['name'] ?? '');
  let warnedOfValue = false;
  return (value) => {
    if (value === undefined || value === null || value === '') {
      b.run.shared.once(missingCursorKey(name), () =>
        b.run.log.warn(`Stream ${name}: a record has no value in "${field}", its cursor_field. ${CONSEQUENCE}`),
      );
    } else if (!warnedOfValue) {
      warnedOfValue = true;
      b.run.log.warn(`Stream ${name}: the value ${shortText(value)} of "${field}", its cursor_field, ${expected} ${CONSEQUENCE}`);
    }
  };
}

function shortText(value: Json): string {
  const text = stringifyJson(value);
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}...` : text;
}

const LONGEST_SHOWN = 100;

import type { Template } from '../lang/index.ts';
import type { Reads } from './kinds.ts';

/** What several parts look at together. */
export function joinReads(parts: readonly (Reads | '' | undefined)[]): Reads {
  if (parts.includes('all')) return 'all';
  const names = new Set(parts.flatMap((part) => (part === undefined || typeof part === 'string' ? [] : part)));
  return names.size === 0 ? 'nothing' : [...names];
}

/** What a template looks at in the record. */
export function readsOf({ recordFields }: Template): Reads {
  return toReads(recordFields);
}

/** What a template looks at in the response. */
export function responseReadsOf({ responseFields }: Template): Reads {
  return toReads(responseFields);
}

function toReads(fields: ReadonlySet<string> | 'all'): Reads {
  if (fields === 'all') return 'all';
  return fields.size === 0 ? 'nothing' : [...fields];
}

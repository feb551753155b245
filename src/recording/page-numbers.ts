import type { RequestedPage } from '../http/exchange-log.ts';
import { stringifyJson } from '../lib/json.ts';

/** Numbers the pages of each slice, from 1; the same token in a row is the same page, asked for again. */
export function createPageNumbers(): (page: RequestedPage) => number {
  const slices = new Map<string, { token: string; number: number }>();
  return ({ slice, token }) => {
    const key = stringifyJson(slice);
    const text = stringifyJson(token);
    const known = slices.get(key);
    if (known === undefined) {
      slices.set(key, { token: text, number: 1 });
      return 1;
    }
    if (known.token !== text) {
      known.token = text;
      known.number += 1;
    }
    return known.number;
  };
}

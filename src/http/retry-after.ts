import type { HttpHeaders } from './headers.ts';

const HTTP_DATE =
  /^(?:\w{3}, (\d{2}) (\w{3}) (\d{4}) ([\d:]{8}) GMT|\w+, (\d{2})-(\w{3})-(\d{2}|\d{4}) ([\d:]{8}) GMT|\w{3} (\w{3}) ([ \d]\d) ([\d:]{8}) (\d{4}))$/;

/**
 * The seconds that a Retry-After header asks for, given as seconds or as an HTTP date (measured from the Date header, else from
 * `nowMs`); null without a header that can be read, 0 for a time that has passed.
 */
export function retryAfterSeconds(headers: HttpHeaders, nowMs: number): number | null {
  const value = headers.get('retry-after')?.trim();
  if (value === undefined) return null;
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value);
  const until = parseHttpDate(value);
  if (until === null) return null;
  const from = parseHttpDate(headers.get('date') ?? '') ?? nowMs;
  return Math.max((until - from) / 1000, 0);
}

const RESET_HEADERS = ['ratelimit-reset', 'x-ratelimit-reset', 'x-rate-limit-reset'];
const EPOCH_SECONDS = 1e9;
const EPOCH_MILLISECONDS = 1e12;

/** The seconds until the rate limit is reset by the usual headers, which hold seconds to wait or an epoch time; null without one. */
export function rateLimitResetSeconds(headers: HttpHeaders, nowMs: number): number | null {
  for (const name of RESET_HEADERS) {
    const text = headers.get(name)?.trim() ?? '';
    if (!/^\d+(\.\d+)?$/.test(text)) continue;
    const value = Number(text);
    if (value < EPOCH_SECONDS) return value;
    return Math.max((value < EPOCH_MILLISECONDS ? value * 1000 : value) - nowMs, 0) / 1000;
  }
  return null;
}

/** The epoch milliseconds of an HTTP date in any of its forms, the one of old cookies among them; null for other text. */
export function parseHttpDate(text: string): number | null {
  if (!HTTP_DATE.test(text)) return null;
  const time = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
  return Number.isNaN(time) ? null : time;
}

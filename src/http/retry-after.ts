import type { HttpHeaders } from './headers.ts';

const HTTP_DATE =
  /^(?:\w{3}, (\d{2}) (\w{3}) (\d{4}) ([\d:]{8}) GMT|\w+, (\d{2})-(\w{3})-(\d{2}|\d{4}) ([\d:]{8}) GMT|\w{3} (\w{3}) ([ \d]\d) ([\d:]{8}) (\d{4}))$/;

/**
 * The seconds that a Retry-After header asks for, given as seconds or as an HTTP date (measured from the Date header, else from
 * `nowMs`), or one of its relatives; null without a header that can be read, 0 for a time that has passed.
 */
export function retryAfterSeconds(headers: HttpHeaders, nowMs: number): number | null {
  const milliseconds = headers.get('retry-after-ms')?.trim() ?? '';
  if (NUMBER.test(milliseconds)) return Number(milliseconds) / 1000;
  const value = (headers.get('retry-after') ?? headers.get('x-retry-after'))?.trim();
  if (value === undefined) return null;
  if (NUMBER.test(value)) return Number(value);
  const until = parseHttpDate(value);
  if (until === null) return null;
  const from = parseHttpDate(headers.get('date') ?? '') ?? nowMs;
  return Math.max((until - from) / 1000, 0);
}

const NUMBER = /^\d+(\.\d+)?$/;
/** Headers that hold the seconds to wait, an epoch time, a date or a length such as `6m0s`. */
const RESET_HEADERS = [
  'ratelimit-reset',
  'x-ratelimit-reset',
  'x-rate-limit-reset',
  'x-ratelimit-reset-after',
  'x-rate-limit-reset-after',
  'x-ratelimit-retry-after',
  'x-ratelimit-reset-requests',
];
const EPOCH_SECONDS = 1e9;
const EPOCH_MILLISECONDS = 1e12;

/** The seconds until the rate limit is reset by the usual headers; null without one that can be read. */
export function rateLimitResetSeconds(headers: HttpHeaders, nowMs: number): number | null {
  for (const name of RESET_HEADERS) {
    const seconds = untilReset(headers.get(name)?.trim() ?? '', nowMs);
    if (seconds !== null) return seconds;
  }
  // parity: none; drafts of the IETF on RateLimit headers: `limit=10, remaining=0, reset=7`, and `"default";r=0;t=7`
  const combined = /(?:\breset=|;\s*t=)(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1];
  return combined === undefined ? null : Number(combined);
}

function untilReset(text: string, nowMs: number): number | null {
  if (NUMBER.test(text)) {
    const value = Number(text);
    if (value < EPOCH_SECONDS) return value;
    return Math.max((value < EPOCH_MILLISECONDS ? value * 1000 : value) - nowMs, 0) / 1000;
  }
  if (/^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/.test(text)) {
    const until = Date.parse(text);
    return Number.isNaN(until) ? null : Math.max(until - nowMs, 0) / 1000;
  }
  const [, hours, minutes, seconds, milliseconds] = LENGTH.exec(text) ?? [];
  if (text === '' || [hours, minutes, seconds, milliseconds].every((part) => part === undefined)) return null;
  return Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0) + Number(milliseconds ?? 0) / 1000;
}

const LENGTH = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?(?:(\d+)ms)?$/;

/** The epoch milliseconds of an HTTP date in any of its forms, the one of old cookies among them; null for other text. */
export function parseHttpDate(text: string): number | null {
  if (!HTTP_DATE.test(text)) return null;
  const time = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
  return Number.isNaN(time) ? null : time;
}

import { describe, expect, it } from 'vitest';
import { HttpHeaders } from './headers.ts';
import { rateLimitResetSeconds, retryAfterSeconds } from './retry-after.ts';

const NOW = Date.parse('2026-01-15T12:00:00Z');
const headers = (name: string, value: string): HttpHeaders => HttpHeaders.from([[name, value]]);

describe('the wait that an API asks for', () => {
  it.each([
    ['Retry-After', '7', 7],
    ['Retry-After', '1.5', 1.5],
    ['Retry-After', 'Thu, 15 Jan 2026 12:00:30 GMT', 30],
    ['Retry-After', 'Thu, 15 Jan 2026 11:00:00 GMT', 0],
    ['Retry-After', 'soon', null],
    ['X-Retry-After', '9', 9],
    ['retry-after-ms', '2500', 2.5],
    ['X-Other', '5', null],
  ])('%s: %s', (name, value, seconds) => {
    expect(retryAfterSeconds(headers(name, value), NOW)).toBe(seconds);
  });

  it.each([
    ['RateLimit-Reset', '12', 12],
    ['X-RateLimit-Reset', String(NOW / 1000 + 90), 90],
    ['X-Rate-Limit-Reset', String(NOW + 45_000), 45],
    ['X-RateLimit-Reset', String(NOW / 1000 - 90), 0],
    ['X-RateLimit-Reset', '2026-01-15T12:01:00Z', 60],
    ['X-RateLimit-Reset', '2026-01-15T13:01:00+01:00', 60],
    ['X-RateLimit-Reset-After', '0.35', 0.35],
    ['x-ratelimit-reset-requests', '6m0s', 360],
    ['x-ratelimit-reset-requests', '1h2m3.5s', 3723.5],
    ['x-ratelimit-reset-requests', '120ms', 0.12],
    ['RateLimit', 'limit=100, remaining=0, reset=50', 50],
    ['RateLimit', '"default";r=0;t=30', 30],
    ['X-RateLimit-Reset', 'never', null],
    ['X-RateLimit-Reset', '', null],
    ['RateLimit', '"default";r=0', null],
  ])('%s: %s', (name, value, seconds) => {
    expect(rateLimitResetSeconds(headers(name, value), NOW)).toBe(seconds);
  });
});

import { expect, it, vi } from 'vitest';
import { combineObservers, type Exchange } from './exchange-log.ts';

it('combineObservers tells each observer what it listens to', () => {
  const first = { start: vi.fn(), end: vi.fn() };
  const second = { end: vi.fn(), error: vi.fn() };
  const exchange: Exchange = { request: { method: 'GET', url: 'http://h/', headers: {}, body: null }, attempt: 1, bytes: 0 };
  const observer = combineObservers([first, second]);
  observer.start?.(exchange);
  observer.end?.(exchange);
  observer.error?.(exchange);
  expect([first.start, first.end, second.end, second.error].map((spy) => spy.mock.calls)).toEqual(Array(4).fill([[exchange]]));
});

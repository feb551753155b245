import { describe, expect, it } from 'vitest';
import { type BudgetOptions, type CallRatePolicy, createCallBudget, type RequestMatcher } from './budget.ts';
import { MemorySource } from './byte-source.ts';
import { HttpHeaders } from './headers.ts';
import type { HttpRequest } from './request.ts';
import { HttpResponse } from './response.ts';

const GET: HttpRequest = { method: 'GET', url: 'http://h/items?a=1&b=2', headers: { 'X-Plan': 'free' }, body: null };

// A budget on a clock that only its sleeping moves (or, frozen, nothing does).
function budgetOf(policies: CallRatePolicy[], options: Partial<BudgetOptions> & { frozen?: boolean } = {}) {
  let clock = 1_000_000;
  const waits: number[] = [];
  const budget = createCallBudget({
    policies,
    now: () => clock,
    sleep: async (ms) => {
      waits.push(ms);
      if (!options.frozen) clock += ms;
    },
    ...options,
  });
  const respond = (status: number, headers: Record<string, string> = {}, fromCache = false) =>
    budget.update(
      GET,
      new HttpResponse({
        status,
        statusText: '',
        headers: HttpHeaders.from(Object.entries(headers)),
        url: '',
        request: GET,
        elapsedMs: 0,
        fromCache,
        body: new MemorySource(new Uint8Array()),
      }),
    );
  const acquire = async (times: number, request = GET) => {
    for (let i = 0; i < times; i++) await budget.acquire(request);
  };
  return { waits, acquire, respond, advance: (ms: number) => (clock += ms) };
}

const fixed = (limit: number, matchers: RequestMatcher[] = []): CallRatePolicy => ({
  kind: 'fixedWindow',
  limit,
  periodMs: 1000,
  nextResetMs: 1_000_400,
  matchers,
});
const moving = (...rates: [number, number][]): CallRatePolicy => ({
  kind: 'movingWindow',
  rates: rates.map(([limit, intervalMs]) => ({ limit, intervalMs })),
  matchers: [],
});

describe('fixed windows', () => {
  it('let the limit through and wait for the next window', async () => {
    const { waits, acquire } = budgetOf([fixed(3)]);
    await acquire(7);
    expect(waits).toEqual([401, 1000]);
  });

  it('skip windows that passed unused', async () => {
    const { waits, acquire, advance } = budgetOf([fixed(1)]);
    await acquire(1);
    advance(5_000);
    await acquire(2);
    expect(waits).toEqual([401]);
  });

  it('learn fewer remaining calls and another reset, never more calls', async () => {
    const { waits, acquire, respond } = budgetOf([fixed(5)]);
    respond(200, { 'ratelimit-remaining': '1' });
    respond(200, { 'ratelimit-remaining': '4', 'ratelimit-reset': '1002' });
    await acquire(2);
    expect(waits).toEqual([2001]);
  });

  it('are used up by a 429 with a reset, not by one without', async () => {
    const { waits, acquire, respond } = budgetOf([fixed(5)]);
    respond(429);
    await acquire(1);
    expect(waits).toEqual([]);
    respond(429, { 'ratelimit-reset': '1003' });
    await acquire(1);
    expect(waits).toEqual([3001]);
  });

  it('read a reset by the date, which need not be that of the waits', async () => {
    const { waits, acquire, respond } = budgetOf([fixed(5)], { epochMs: () => 5_000_000 });
    respond(429, { 'ratelimit-reset': '5003' });
    await acquire(1);
    expect(waits).toEqual([3001]);
  });

  it('read a reset in milliseconds, and cut one short that lies too far ahead', async () => {
    const told: number[] = [];
    const options = { epochMs: () => 1_700_000_000_000, longestResetMs: 86_400_000, onLongReset: (ahead: number) => void told.push(ahead) };
    const { waits, acquire, respond } = budgetOf([fixed(5)], options);
    respond(429, { 'ratelimit-reset': '1700000002000' });
    await acquire(1);
    respond(429, { 'ratelimit-reset': '99999999999' });
    await acquire(1);
    expect(waits).toEqual([2001, 86_400_001]);
    expect(told).toEqual([98_299_999_999_000]);
  });

  it('count weights and refuse impossible ones', async () => {
    const { waits, acquire } = budgetOf([fixed(4, [{ weight: 3 }])]);
    await acquire(2);
    expect(waits).toEqual([401]);
    await expect(budgetOf([fixed(2, [{ weight: 3 }])]).acquire(1)).rejects.toThrow('Weight can not exceed the call limit');
  });
});

describe('moving windows', () => {
  it('hold every rate', async () => {
    const { waits, acquire } = budgetOf([moving([2, 1000], [3, 10_000])]);
    await acquire(4);
    expect(waits).toEqual([1001, 9000]);
  });

  it('are filled when nothing remains and no reset is known', async () => {
    const { waits, acquire, respond } = budgetOf([moving([2, 1000])]);
    respond(200, { 'ratelimit-remaining': '0' });
    await acquire(1);
    expect(waits).toEqual([1001]);
  });

  it('end their waits even when the clock stands still', async () => {
    const { waits, acquire } = budgetOf([moving([1, 1000])], { frozen: true });
    await acquire(3);
    expect(waits).toEqual([1001, 1001]);
  });

  it('need a rate', () => {
    expect(() => budgetOf([moving()])).toThrow('can not be empty');
  });
});

describe('matchers', () => {
  const waitsFor = async (matchers: RequestMatcher[], request = GET) => {
    const { waits, acquire } = budgetOf([fixed(1, matchers)]);
    await acquire(2, request);
    return waits.length > 0;
  };
  it.each([
    [{ method: 'get' }, true],
    [{ method: 'POST' }, false],
    [{ urlBase: 'http://h/' }, true],
    [{ urlBase: 'https://h' }, false],
    [{ urlPathPattern: /^\/items$/ }, true],
    [{ urlPathPattern: /users/ }, false],
    [{ params: { a: '1' } }, true],
    [{ params: { a: '1', c: '3' } }, false],
    [{ headers: { 'x-plan': 'free' } }, true],
    [{ headers: { 'x-plan': 'paid' } }, false],
    [{ method: 'GET', params: { a: '2' } }, false],
  ])('%j', async (matcher, expected) => {
    expect(await waitsFor([matcher])).toBe(expected);
  });

  it('any of several is enough, and the path has no trailing slash', async () => {
    expect(await waitsFor([{ method: 'POST' }, { urlPathPattern: /items$/ }], { ...GET, url: 'http://h/items//' })).toBe(true);
  });

  it('the first policy that matches decides', async () => {
    const { waits, acquire } = budgetOf([{ kind: 'unlimited', matchers: [{ method: 'GET' }] }, fixed(1)]);
    await acquire(5);
    expect(waits).toEqual([]);
  });
});

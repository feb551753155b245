import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { MemorySource, NetworkSource } from './byte-source.ts';
import { cacheKey, createResponseCache, withCache } from './cache.ts';
import { HttpHeaders } from './headers.ts';
import type { HttpRequest } from './request.ts';
import { HttpResponse } from './response.ts';
import type { Send } from './transport.ts';

function get(url: string, headers: Record<string, string> = {}): HttpRequest {
  return { method: 'GET', url, headers, body: null };
}

// Answers with a body that counts the requests; the statuses come in order, the last for ever.
function counting(...statuses: number[]) {
  let count = 0;
  const send: Send = vi.fn(async (request: HttpRequest) => {
    const status = statuses[Math.min(count, statuses.length - 1)] ?? 200;
    const body = new MemorySource(Buffer.from(`answer ${++count}`));
    return new HttpResponse({
      status,
      statusText: 'OK',
      headers: HttpHeaders.from([['X', 'y']]),
      url: request.url,
      request,
      elapsedMs: 5,
      body,
    });
  });
  return send;
}

async function textOf(response: HttpResponse): Promise<string> {
  await response.load();
  return response.text;
}

function caching(send: Send, options: Parameters<typeof createResponseCache>[0] = {}): Send {
  const cache = createResponseCache(options);
  onTestFinished(() => cache.close());
  return withCache(send, cache);
}

describe('withCache', () => {
  it('answers the second request from the cache', async () => {
    const send = caching(counting());
    const first = await send(get('http://h/?a=1&b=2'));
    const second = await send(get('http://h/?b=2&a=1'));
    expect([await textOf(first), await textOf(second)]).toEqual(['answer 1', 'answer 1']);
    expect([first.fromCache, second.fromCache]).toEqual([false, true]);
    expect(second.headers.get('x')).toBe('y');
  });

  it('keeps the bytes of a response whose reader gives their memory back', async () => {
    const body = Buffer.from('x'.repeat(100_000));
    const send = caching(async (request) => {
      const source = new NetworkSource({ pause() {}, resume() {}, abort() {}, mostHeld: 1e9, refuse: () => new Error('too much') });
      source.push(Buffer.from(body));
      source.end();
      const headers = HttpHeaders.from([]);
      return new HttpResponse({ status: 200, statusText: 'OK', headers, url: request.url, request, elapsedMs: 5, body: source });
    });
    const [first, other] = await Promise.all([send(get('http://h/')), send(get('http://h/'))]);
    await first.load();
    first.free();
    const later = await send(get('http://h/'));
    expect([await textOf(other), await textOf(later)]).toEqual([body.toString(), body.toString()]);
    expect(later.fromCache).toBe(true);
  });

  it('keeps neither other methods nor other statuses', async () => {
    const send = caching(counting(404, 200));
    expect((await send(get('http://h/'))).status).toBe(404);
    expect((await send(get('http://h/'))).fromCache).toBe(false);
    const post = { ...get('http://h/'), method: 'POST' };
    expect(await textOf(await send(post))).toBe('answer 3');
    expect(await textOf(await send(post))).toBe('answer 4');
  });

  it('lets equal requests wait for one flight', async () => {
    const inner = counting();
    const send = caching(inner);
    const responses = await Promise.all(Array.from({ length: 5 }, () => send(get('http://h/'))));
    expect(await Promise.all(responses.map(textOf))).toEqual(Array(5).fill('answer 1'));
    expect(inner).toHaveBeenCalledTimes(1);
  });

  it('sends again when the flight failed', async () => {
    const inner = counting();
    const failing: Send = vi
      .fn(() => Promise.reject(new Error('down')))
      .mockImplementationOnce(() => Promise.reject(new Error('down'))) as Send;
    let calls = 0;
    const send = caching((request) => (calls++ === 0 ? failing(request) : inner(request)));
    const [first, second] = await Promise.allSettled([send(get('http://h/')), send(get('http://h/'))]);
    expect(first.status).toBe('rejected');
    expect(second.status).toBe('fulfilled');
  });

  it('goes on in a file beyond its bound, which no name leads to', async () => {
    const folder = mkdtempSync(`${tmpdir()}/cache-test-`);
    vi.stubEnv('TMPDIR', folder);
    onTestFinished(() => {
      vi.unstubAllEnvs();
      rmSync(folder, { recursive: true });
    });
    const cache = createResponseCache({ memoryBytes: 10 });
    const send = withCache(counting(), cache);
    for (const path of ['a', 'b', 'c']) await send(get(`http://h/${path}`));
    expect(readdirSync(folder)).toEqual([]);
    for (const [path, text] of [
      ['c', 'answer 3'],
      ['b', 'answer 2'],
      ['a', 'answer 1'],
    ] as const)
      expect(await textOf(await send(get(`http://h/${path}`)))).toBe(text);
    cache.close();
  });

  it('does without files when the disk refuses them', async () => {
    vi.stubEnv('TMPDIR', '/no/such/folder');
    onTestFinished(() => void vi.unstubAllEnvs());
    const onDiskFailure = vi.fn();
    const send = caching(counting(), { memoryBytes: 0, onDiskFailure });
    for (const text of ['answer 1', 'answer 2']) expect(await textOf(await send(get('http://h/')))).toBe(text);
    expect(onDiskFailure).toHaveBeenCalledTimes(1);
  });
});

describe('cacheKey', () => {
  const key = (url: string, headers: Record<string, string> = {}) => cacheKey(get(url, headers));
  it('knows requests apart by URL, headers and body, not by order, credentials or case of hosts', () => {
    expect(key('http://H/?b=2&a=1')).toBe(key('http://h/?a=1&b=2'));
    expect(key('http://h/?a=1')).not.toBe(key('http://h/?a=2'));
    expect(key('http://h/a')).not.toBe(key('http://h/b'));
    expect(key('http://h/', { Authorization: 'Bearer 1' })).toBe(key('http://h/', { Authorization: 'Bearer 2' }));
    expect(key('http://h/?api_key=1')).toBe(key('http://h/?api_key=2'));
    expect(key('http://h/', { Accept: 'b, A' })).toBe(key('http://h/', { accept: 'a,b' }));
    expect(key('http://h/', { 'X-Page': '1' })).not.toBe(key('http://h/', { 'X-Page': '2' }));
    expect(cacheKey({ ...get('http://h/'), body: '1' })).not.toBe(cacheKey({ ...get('http://h/'), body: Uint8Array.of(50) }));
  });
});

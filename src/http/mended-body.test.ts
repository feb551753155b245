import { describe, expect, it } from 'vitest';
import { type ByteSource, MemorySource } from './byte-source.ts';
import { TransportError, type TransportErrorKind } from './errors.ts';
import { HttpHeaders } from './headers.ts';
import { ChangedBody } from './mended-body.ts';
import { HttpResponse } from './response.ts';

const TEXT = 'The first of many rows, and some more of them, up to the end.';

/** A body that breaks off after its chunks. */
function breaking(chunks: readonly string[], kind: TransportErrorKind = 'truncated'): ByteSource {
  const left = chunks.map((chunk) => Buffer.from(chunk));
  const fail = (): never => {
    throw new TransportError({ kind, what: 'The response broke off' });
  };
  return {
    next: async () => left.shift() ?? fail(),
    upTo: async (limit) => ({ chunks: left.splice(0, left.findIndex((_, index) => index * 10 >= limit) + 1), ended: false }),
    all: async () => fail(),
    discard() {},
  };
}

function responseWith(body: ByteSource): HttpResponse {
  const request = { method: 'GET', url: 'http://h/', headers: {}, body: null };
  return new HttpResponse({ status: 200, statusText: 'OK', headers: HttpHeaders.from([]), url: request.url, request, elapsedMs: 0, body });
}

/** A response whose body is taken from the others, one after the other, when it breaks off. */
function mended(first: ByteSource, others: readonly ByteSource[]): HttpResponse {
  const response = responseWith(first);
  const left = [...others];
  response.mendBy(async () => {
    const next = left.shift();
    return next && responseWith(next);
  });
  return response;
}

async function read(response: HttpResponse): Promise<{ text: string; error: unknown }> {
  let text = '';
  try {
    for await (const chunk of response.chunks()) text += Buffer.from(chunk).toString();
    return { text, error: undefined };
  } catch (error) {
    return { text, error };
  }
}

const whole = (): ByteSource => new MemorySource(Buffer.from(TEXT));

describe('a body that breaks off while it is read', () => {
  it.each<[string, ByteSource, ByteSource[]]>([
    ['is whole the second time', breaking([TEXT.slice(0, 10), TEXT.slice(10, 30)]), [whole()]],
    ['breaks off before its first byte', breaking([]), [whole()]],
    ['breaks off after its last byte', breaking([TEXT]), [whole()]],
    ['breaks off later and later', breaking([TEXT.slice(0, 5)]), [breaking([TEXT.slice(0, 12)]), breaking([TEXT.slice(0, 40)]), whole()]],
    ['breaks off earlier the second time', breaking([TEXT.slice(0, 30)]), [breaking([TEXT.slice(0, 3)]), whole()]],
    ['comes in other chunks', breaking([TEXT.slice(0, 10)]), [breaking([TEXT.slice(0, 9), TEXT.slice(9, 11)]), whole()]],
  ])('goes on where it did: it %s', async (_what, first, others) => {
    expect(await read(mended(first, others))).toEqual({ text: TEXT, error: undefined });
  });

  it.each<[string, ByteSource]>([
    ['begins in another way', new MemorySource(Buffer.from(`Other${TEXT.slice(5)}`))],
    ['is shorter', new MemorySource(Buffer.from(TEXT.slice(0, 29)))],
  ])('ends with an error that says so when it %s the second time', async (_what, other) => {
    const { text, error } = await read(mended(breaking([TEXT.slice(0, 30)]), [other]));
    expect(text).toBe(TEXT.slice(0, 30));
    expect(error).toBeInstanceOf(ChangedBody);
  });

  it('ends with its own error when it is not asked for again, or cannot come otherwise', async () => {
    expect((await read(mended(breaking(['x']), []))).error).toMatchObject({ kind: 'truncated' });
    expect((await read(mended(breaking(['x'], 'too_large'), [whole()]))).error).toMatchObject({ kind: 'too_large' });
  });

  it('is loaded whole after its beginning was looked at', async () => {
    const response = mended(breaking([TEXT.slice(0, 10), TEXT.slice(10, 20)]), [breaking([]), whole()]);
    const begun = responseWith(breaking([TEXT.slice(0, 10), TEXT.slice(10, 20)]));
    expect(await begun.begin(1)).toBe(false);
    begun.mendBy(async () => responseWith(whole()));
    await begun.load();
    expect(begun.text).toBe(TEXT);
    await response.load();
    expect(response.text).toBe(TEXT);
  });
});

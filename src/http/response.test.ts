import { describe, expect, it } from 'vitest';
import { MemorySource } from './byte-source.ts';
import { HttpHeaders } from './headers.ts';
import { HttpResponse } from './response.ts';

async function respond(body: string | Uint8Array, contentType?: string): Promise<HttpResponse> {
  const response = new HttpResponse({
    status: 200,
    statusText: 'OK',
    headers: HttpHeaders.from(contentType === undefined ? [] : [['Content-Type', contentType]]),
    url: 'http://h/',
    request: { method: 'GET', url: 'http://h/', headers: {}, body: null },
    elapsedMs: 1,
    body: new MemorySource(Buffer.from(body)),
  });
  await response.load();
  return response;
}

const LATIN = Uint8Array.of(0xfc, 0x80);

// What requests.Response.text and .json give.
describe('text', () => {
  it.each([
    [LATIN, 'text/html', '\u00fc\u0080'],
    [LATIN, 'text/html; charset="ISO-8859-1"', '\u00fc\u0080'],
    [LATIN, 'text/html; Charset=windows-1252', '\u00fc\u20ac'],
    [LATIN, 'application/json', '\ufffd\ufffd'],
    [LATIN, 'application/x; charset=nonsense', '\ufffd\ufffd'],
    [LATIN, undefined, '\u00fc\u20ac'],
    [Buffer.from('é'), 'text/plain', 'Ã©'],
    [Buffer.from('é'), 'application/json;charset=UTF-8', 'é'],
    [Buffer.from('é'), undefined, 'é'],
    [Buffer.from('\ufeffa'), 'application/json', '\ufeffa'],
    [Buffer.from('\ufeffa'), undefined, 'a'],
    [Buffer.from('\ufeffab', 'utf16le'), undefined, 'ab'],
    [Buffer.from('ab', 'utf16le'), 'text/csv; charset=utf-16-le', 'ab'],
    [Buffer.from('aé'), 'text/plain; charset=ascii', 'a\ufffd\ufffd'],
    [Buffer.from(''), undefined, ''],
  ])('%s as %s', async (body, contentType, expected) => {
    expect((await respond(body, contentType)).text).toBe(expected);
  });
});

describe('json', () => {
  it.each([
    ['{"a": [1, 2]}', 'application/json', { a: [1, 2] }],
    ['null', 'application/json', null],
    ['not json', 'application/json', undefined],
    ['', 'application/json', undefined],
    ['\ufeff{"a": 1}', undefined, { a: 1 }],
    ['\ufeff{"a": 1}', 'application/json', { a: 1 }],
    ['\ufeff{"a": "é"}', 'text/html', { a: 'é' }],
    ['{"a": 1}', 'text/html', { a: 1 }],
  ])('%s of %s', async (body, contentType, expected) => {
    expect((await respond(body, contentType)).json).toEqual(expected);
  });

  it('detects the encoding of documents that state none', async () => {
    expect((await respond(Buffer.from('{"ä": 1}', 'utf16le'))).json).toEqual({ ä: 1 });
    expect((await respond(Buffer.from('{"ä": 1}', 'utf16le').swap16())).json).toEqual({ ä: 1 });
    expect((await respond(Buffer.from('{"ä": 1}', 'latin1'))).json).toEqual({ ä: 1 });
  });

  it('keeps big integers and is parsed once', async () => {
    const response = await respond('{"n": 12345678901234567890}', 'application/json');
    expect(response.json).toEqual({ n: 12345678901234567890n });
    expect(response.json).toBe(response.json);
  });
});

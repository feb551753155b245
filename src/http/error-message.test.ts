import { describe, expect, it } from 'vitest';
import { MemorySource } from './byte-source.ts';
import { errorMessageOf } from './error-message.ts';
import { HttpHeaders } from './headers.ts';
import { HttpResponse } from './response.ts';

function respond(body: string | Uint8Array): HttpResponse {
  const request = { method: 'GET', url: 'http://h/', headers: {}, body: null };
  return new HttpResponse({
    status: 400,
    statusText: '',
    headers: new HttpHeaders([]),
    url: '',
    request,
    elapsedMs: 0,
    body: new MemorySource(Buffer.from(body)),
  });
}

describe('errorMessageOf', () => {
  it.each([
    ['{"message": "a"}', 'a'],
    ['{"message": "", "error": {"detail": "b"}}', 'b'],
    ['{"errors": [{"message": "a"}, {"msg": "b"}, {"x": 1}, "c"]}', 'a, b, c'],
    ['["a", ["b"]]', 'a, b'],
    ['{"message": 5, "error": "e"}', null],
    ['{"message": "", "status_message": ""}', ''],
    ['{"x": "y"}', null],
    ['12', null],
    ['plain text', 'plain text'],
    [Uint8Array.of(0xff, 0xfe, 0xff), null],
  ])('%s', async (body, expected) => {
    const response = respond(body);
    expect(errorMessageOf(response)).toBeNull();
    await response.load();
    expect(errorMessageOf(response)).toBe(expected);
  });
});

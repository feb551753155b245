import { describe, expect, it } from 'vitest';
import { createSecrets } from '../lib/secrets.ts';
import { maskContent, maskCredentials } from './mask-content.ts';
import { createBodySplitter } from './split-body.ts';

function redactOf(...values: unknown[]): (text: string) => string {
  const secrets = createSecrets();
  for (const value of values) secrets.add(value);
  return secrets.redactData;
}

describe('maskContent', () => {
  it('keeps JSON valid where a number is a secret', () => {
    const { content, redacted } = maskContent(Buffer.from('{"id": 123456, "list": ["123456", 1.0], "n": 1234567}'), redactOf(123456));
    expect(redacted).toBe(true);
    expect(content.body).toBe('{"id":"****","list":["****",1.0],"n":"****7"}');
  });

  it('keeps bytes that are no text', () => {
    const bytes = Buffer.from([0xff, 0x00, 0x80, ...Buffer.from('correct-horse')]);
    expect(maskContent(bytes, redactOf('other'))).toEqual({ content: { base64: bytes.toString('base64') }, redacted: false });
    const { content } = maskContent(bytes, redactOf('correct-horse'));
    expect(Buffer.from(content.base64 ?? '', 'base64')).toEqual(Buffer.from([0xff, 0x00, 0x80, ...Buffer.from('****')]));
  });
});

describe('maskCredentials', () => {
  it('leaves only what tells of types and times', () => {
    const body = {
      token_type: 'Bearer',
      access_token: 'abcdefgh',
      expires_in: 3600,
      expires_at: '2026-01-01T00:00:00Z',
      nested: [{ t: 'abcdefghi' }],
    };
    const { content } = maskCredentials(Buffer.from(JSON.stringify(body)), redactOf());
    expect(JSON.parse(content.body ?? '')).toEqual({ ...body, access_token: '****', nested: [{ t: '****' }] });
  });

  it('masks long words of what is no JSON', () => {
    expect(maskCredentials(Buffer.from('<session id="0123456789abcdef0">ok</session>'), redactOf()).content.body).toBe(
      '<session id="****">ok</session>',
    );
  });
});

describe('createBodySplitter', () => {
  it.each([0, 1, 5, 12, 13, 100])('cuts no secret and no character in two, whatever the chunks (%i characters before)', (before) => {
    const secret = 'correct-horse';
    const redact = redactOf(secret);
    const text = `${'é'.repeat(before)}${`${secret} `.repeat(40_000)}`;
    const splitter = createBodySplitter(redact, 100_000);
    const bytes = Buffer.from(text);
    const pieces: string[] = [];
    for (let at = 0; at < bytes.length; at += 33_333) {
      for (const { content } of splitter.add(bytes.subarray(at, at + 33_333))) pieces.push(content.body ?? 'not text');
    }
    pieces.push(maskContent(splitter.rest(), redact).content.body ?? 'not text');
    expect(pieces.length).toBeGreaterThan(3);
    expect(pieces.join('')).toBe(text.replaceAll(secret, '****'));
  });
});

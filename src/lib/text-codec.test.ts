import { describe, expect, it } from 'vitest';
import { CodecError, openText } from './text-codec.ts';

function decode(encoding: string, bytes: Uint8Array, pieceLength = bytes.length || 1): string {
  const stream = openText(encoding);
  if (stream === undefined) throw new Error(`no encoding ${encoding}`);
  let text = '';
  for (let at = 0; at < bytes.length; at += pieceLength) text += stream.decode(bytes.subarray(at, at + pieceLength));
  return text + stream.end();
}

const marked = Buffer.from('\ufeffnaïve €', 'utf16le');

describe('openText', () => {
  it.each([
    ['utf-8', Buffer.from('\ufeffé😀'), '\ufeffé😀'],
    ['UTF8', Buffer.from('é'), 'é'],
    ['utf-8-sig', Buffer.from('\ufeffé'), 'é'],
    ['utf_16', marked, 'naïve €'],
    ['utf-16', Buffer.from(marked).swap16(), 'naïve €'],
    ['utf-16-le', marked.subarray(2), 'naïve €'],
    ['latin-1', Buffer.from([0xe9, 0x80, 0x9f]), 'é\x80\x9f'],
    ['iso-8859-1', Buffer.from([0x93]), '\x93'],
    ['cp1252', Buffer.from([0x93, 0xe9]), '“é'],
    ['ascii', Buffer.from('abc'), 'abc'],
    ['cp1251', Buffer.from([0xcf, 0xf0]), 'Пр'],
    ['shift_jis', Buffer.from([0x82, 0xa0]), 'あ'],
  ])('%s', (encoding, bytes, text) => {
    expect(decode(encoding, bytes)).toBe(text);
    expect(decode(encoding, bytes, 1)).toBe(text);
  });

  it.each<[string, number[]]>([
    ['utf-8', [0xe9]],
    ['utf-8', [0xc3]],
    ['ascii', [0xe9]],
    ['cp1252', [0x81]],
    ['utf-16', [0x61, 0x00]],
    ['utf-16', [0xff]],
  ])('refuses bytes that are not %s', (encoding, bytes) => {
    expect(() => decode(encoding, Uint8Array.from(bytes))).toThrow(CodecError);
  });

  it('knows no other names', () => {
    expect(openText('nope')).toBeUndefined();
  });
});

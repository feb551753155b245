import { describe, expect, it } from 'vitest';
import { prepareManifest } from './prepare.ts';
import { readPrepared, storePrepared } from './prepared-file.ts';

const TEXT = 'version: 6.0.0\ncheck: {type: CheckStream}\nstreams: []\nmetadata: {big: 12345678901234567890, whole: 1.0, big: 1.5}\n';
const source = { bytes: Buffer.from(TEXT), version: '1' };
const prepared = await prepareManifest(TEXT, 'm.yaml');
const stored = storePrepared(prepared, source);

describe('readPrepared', () => {
  it('gives what was stored', () => {
    expect(prepared.warnings).toHaveLength(1);
    expect(readPrepared(stored, { ...source, fileName: 'm.yaml' })).toEqual({ ...prepared, mayHaveClasses: false });
  });

  it.each([
    ['another text', stored, { ...source, bytes: Buffer.from(TEXT.replace('big', 'Big')) }],
    ['a longer text', stored, { ...source, bytes: Buffer.from(`${TEXT}\n`) }],
    ['the beginning of the text', stored, { ...source, bytes: Buffer.from(TEXT.slice(0, -1)) }],
    ['another version', stored, { ...source, version: '2' }],
    ['half a file', stored.subarray(0, -40), source],
    ['the text alone', stored.subarray(0, stored.indexOf('streams: []') + 20), source],
    ['the first line alone', stored.subarray(0, stored.indexOf('\n') + 1), source],
    ['nothing', Buffer.alloc(0), source],
    ['another file', Buffer.from('a\nb\n'), source],
  ])('gives nothing for %s', (_, bytes, of) => {
    expect(readPrepared(bytes, { ...of, fileName: 'm.yaml' })).toBeUndefined();
  });

  it('tells that a component may have a class of its own', async () => {
    const bytes = Buffer.from('version: 6.0.0\ncheck: {type: CheckStream}\nstreams: [{type: CustomStream, class_name: components.Mine}]\n');
    const file = storePrepared(await prepareManifest(bytes.toString(), 'm.yaml'), { ...source, bytes });
    expect(readPrepared(file, { ...source, bytes, fileName: 'm.yaml' })?.mayHaveClasses).toBe(true);
  });

  it('keeps the digits of numbers, and parses plainly where no digit may be lost', async () => {
    const plain = Buffer.from('version: 6.0.0\ncheck: {type: CheckStream}\nstreams: []\nmetadata: {id: "1.0", whole: 5, part: 1.5}\n');
    const made = await prepareManifest(plain.toString(), 'm.yaml');
    const file = storePrepared(made, { ...source, bytes: plain });
    expect(file.toString()).toMatch(/^\{[^\n]*"isPlain":true[,}]/);
    expect(stored.toString()).toMatch(/^\{[^\n]*"isPlain":false[,}]/);
    expect(readPrepared(file, { ...source, bytes: plain, fileName: 'm.yaml' })?.manifest).toEqual(made.manifest);
  });
});

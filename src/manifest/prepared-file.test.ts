import { describe, expect, it } from 'vitest';
import { prepareManifest } from './prepare.ts';
import { readPrepared, storePrepared } from './prepared-file.ts';

const TEXT = 'version: 6.0.0\ncheck: {type: CheckStream}\nstreams: []\nmetadata: {big: 12345678901234567890, whole: 1.0, big: 1.5}\n';
const source = { text: TEXT, version: '1' };
const prepared = await prepareManifest(TEXT, 'm.yaml');
const stored = storePrepared(prepared, source);

describe('readPrepared', () => {
  it('gives what was stored', () => {
    expect(prepared.warnings).toHaveLength(1);
    expect(readPrepared(stored, { ...source, fileName: 'm.yaml' })).toEqual({ ...prepared, mayHaveClasses: false });
  });

  it.each([
    ['another text', stored, { ...source, text: `${TEXT}\n` }],
    ['the beginning of the text', stored, { ...source, text: TEXT.slice(0, -1) }],
    ['another version', stored, { ...source, version: '2' }],
    ['half a file', stored.slice(0, -40), source],
    ['nothing', '', source],
  ])('gives nothing for %s', (_, text, of) => {
    expect(readPrepared(text, { ...of, fileName: 'm.yaml' })).toBeUndefined();
  });
});

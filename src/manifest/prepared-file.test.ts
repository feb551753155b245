import { describe, expect, it } from 'vitest';
import type { Json } from '../lib/json.ts';
import { prepareManifest } from './prepare.ts';
import { readPrepared, storePrepared } from './prepared-file.ts';

const TEXT = 'version: 6.0.0\ncheck: {type: CheckStream}\nstreams: []\nmetadata: {big: 12345678901234567890, whole: 1.0, big: 1.5}\n';
const source = { bytes: Buffer.from(TEXT), version: '1' };
const ALONE = { streamsStandAlone: true };
const prepared = await prepareManifest(TEXT, 'm.yaml');
const stored = storePrepared(prepared, source, ALONE);

describe('readPrepared', () => {
  it('gives what was stored', () => {
    expect(prepared.warnings).toHaveLength(1);
    expect(readPrepared(stored, { ...source, fileName: 'm.yaml' })).toMatchObject({ ...prepared, mayHaveClasses: false });
  });

  it.each([
    ['another text', stored, { ...source, bytes: Buffer.from(TEXT.replace('big', 'Big')) }],
    ['a longer text', stored, { ...source, bytes: Buffer.from(`${TEXT}\n`) }],
    ['the beginning of the text', stored, { ...source, bytes: Buffer.from(TEXT.slice(0, -1)) }],
    ['another version', stored, { ...source, version: '2' }],
    ['half a file', stored.subarray(0, -40), source],
    ['the text alone', stored.subarray(0, stored.indexOf('streams: []') + 20), source],
    ['the first line alone', stored.subarray(0, stored.indexOf('\n') + 1), source],
    ['lines of unknown lengths', Buffer.from(stored.toString().replace('"lines":', '"parts":')), source],
    ['nothing', Buffer.alloc(0), source],
    ['another file', Buffer.from('a\nb\n'), source],
  ])('gives nothing for %s', (_, bytes, of) => {
    expect(readPrepared(bytes, { ...of, fileName: 'm.yaml' })).toBeUndefined();
  });

  it('tells that a component may have a class of its own', async () => {
    const bytes = Buffer.from('version: 6.0.0\ncheck: {type: CheckStream}\nstreams: [{type: CustomStream, class_name: components.Mine}]\n');
    const file = storePrepared(await prepareManifest(bytes.toString(), 'm.yaml'), { ...source, bytes }, ALONE);
    expect(readPrepared(file, { ...source, bytes, fileName: 'm.yaml' })?.mayHaveClasses).toBe(true);
  });

  it('keeps the digits of numbers, and parses plainly where no digit may be lost', async () => {
    const plain = Buffer.from('version: 6.0.0\ncheck: {type: CheckStream}\nstreams: []\nmetadata: {id: "1.0", whole: 5, part: 1.5}\n');
    const made = await prepareManifest(plain.toString(), 'm.yaml');
    const file = storePrepared(made, { ...source, bytes: plain }, ALONE);
    expect(file.toString()).toMatch(/^\{[^\n]*"isPlain":true[,}]/);
    expect(stored.toString()).toMatch(/^\{[^\n]*"isPlain":false[,}]/);
    expect(readPrepared(file, { ...source, bytes: plain, fileName: 'm.yaml' })?.manifest).toEqual(made.manifest);
  });

  describe('of a manifest with several streams', () => {
    const parent = `{type: DeclarativeStream, name: parent, retriever: {requester: {url: 'https://a.b/ü'}}}`;
    const child = `{type: DeclarativeStream, name: child, retriever: {partition_router: {parent_stream_configs: [{stream: ${parent}}]}}}`;
    const text = (more = ''): string =>
      `version: 6.0.0\ncheck: {type: CheckStream}\nmetadata: {a: 1}\nstreams: [{type: DeclarativeStream, name: other}, ${parent}, ${child}]\n${more}`;

    async function store(manifest: string, facts = ALONE) {
      const bytes = Buffer.from(manifest);
      const made = await prepareManifest(manifest, 'm.yaml');
      const file = storePrepared(made, { ...source, bytes }, facts);
      const open = (content = file) => readPrepared(content, { ...source, bytes, fileName: 'm.yaml' });
      return { made, file, open, streams: made.manifest['streams'] as Json[] };
    }

    it('gives it whole, and without its streams', async () => {
      const { made, open } = await store(text());
      expect(open()?.manifest).toEqual(made.manifest);
      expect(Object.keys(open()?.manifest ?? {})).toEqual(Object.keys(made.manifest));
      expect(open()?.withoutStreams?.()).toStrictEqual({ ...made.manifest, streams: new Array(3) });
    });

    it.each<[names: string[], indexes: number[]]>([
      [['other'], [0]],
      [['child'], [2]],
      [['parent'], [1, 2]],
      [
        ['parent', 'other'],
        [0, 1, 2],
      ],
      [[], []],
    ])('gives those that a read of %j builds at their places, and reads no others', async (names, indexes) => {
      const { made, file, open, streams } = await store(text());
      const expected = new Array<Json>(3);
      for (const index of indexes) expected[index] = streams[index] as Json;
      const spoiled = Buffer.from(file);
      for (const [index, stream] of streams.entries()) {
        const line = Buffer.from(`\n${JSON.stringify(stream)}\n`);
        const at = file.indexOf(line);
        expect(at).toBeGreaterThan(0);
        if (!indexes.includes(index)) spoiled.fill('!', at + 1, at + line.length - 1);
      }
      expect(open(spoiled)?.withStreams?.(names)).toStrictEqual({ ...made.manifest, streams: expected });
    });

    it.each<[what: string, manifest: string, names: string[]]>([
      ['a stream that it lacks', text(), ['other', 'third']],
      ['templates of streams', text('dynamic_streams: []\n'), ['other']],
      ['groups of streams', text('stream_groups: {}\n'), ['other']],
      ['two streams of one name', text().replace('name: other', 'name: child'), ['child']],
      ['a stream without a name', text().replace(', name: other', ''), ['child']],
      ['a class', text('definitions: {a: {class_name: components.A}}\n'), ['other']],
    ])('gives nothing less than the whole for %s', async (_, manifest, names) => {
      const { made, open } = await store(manifest);
      expect(open()?.withStreams?.(names)).toBeUndefined();
      expect(open()?.manifest).toEqual(made.manifest);
    });

    it('gives nothing less than the whole where streams do not stand alone', async () => {
      expect((await store(text(), { streamsStandAlone: false })).open()?.withStreams?.(['other'])).toBeUndefined();
    });
  });
});

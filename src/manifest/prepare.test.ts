import { describe, expect, it } from 'vitest';
import { parseJson, stringifyJson } from '../lib/json.ts';
import { ManifestError } from './errors.ts';
import { loadManifest } from './load.ts';
import { readPositions } from './positions.ts';
import { locateError, prepareManifest } from './prepare.ts';

const BASE = 'version: "1"\ncheck: {type: CheckStream, stream_names: [a]}\n';

async function failure(text: string): Promise<ManifestError> {
  const error: unknown = await prepareManifest(text, 'm.yaml').then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof ManifestError) return error;
  throw new Error('no ManifestError was thrown');
}

describe('prepareManifest', () => {
  const text = `${BASE}definitions:
  base: {retriever: {requester: {url: "http://x/{{ parameters.path }}"}}}
streams:
  - $ref: "#/definitions/base"
    $parameters: {path: a, size: 1.0}
`;

  it('reads YAML and takes it through all phases', async () => {
    const { manifest, fileName, warnings } = await prepareManifest(text, 'm.yaml');
    expect(fileName).toBe('m.yaml');
    expect(warnings).toEqual([]);
    expect(manifest).toMatchObject({
      type: 'DeclarativeSource',
      streams: [{ type: 'DeclarativeStream', retriever: { type: 'SimpleRetriever', requester: { type: 'HttpRequester', path: 'a' } } }],
    });
  });

  it('gives the same when the manifest is JSON, and when it was stored', async () => {
    const { manifest } = await prepareManifest(text, 'm.yaml');
    const json = stringifyJson((await loadManifest(text, 'm.yaml')).manifest);
    expect((await prepareManifest(`\uFEFF${json}`, 'm.json')).manifest).toEqual(manifest);
    expect(parseJson(stringifyJson(manifest))).toEqual(manifest);
  });

  it('migrates and normalises when asked to', async () => {
    const old = `${BASE}streams: [{retriever: {requester: {url_base: "http://x", path: a}}}]`;
    const { manifest } = await prepareManifest(old, 'm.yaml', { migrate: { now: 'T' }, normalize: true });
    expect(manifest).toMatchObject({ streams: [{ retriever: { requester: { url: 'http://x/a' } } }] });
    expect(manifest['definitions']).toBeUndefined();
  });

  it('warns of repeated keys', async () => {
    const { warnings } = await prepareManifest(`${BASE}streams: []\nversion: "2"\n`, 'm.yaml');
    expect(warnings).toEqual([{ message: '"version" stands here a second time; the first one is not used.', place: 'm.yaml:4:1' }]);
  });

  it.each([
    ['', 'empty', 'm.yaml: '],
    ['# nothing', 'empty', 'm.yaml: '],
    ['- a', 'not-an-object', 'm.yaml: '],
    ['hello', 'not-an-object', 'm.yaml: '],
    ['[1]', 'not-an-object', 'm.yaml: '],
    ['{"a": 1,, }', 'syntax', 'm.yaml:1:9: '],
    ['{"a": [1, 2', 'syntax', 'm.yaml:1:12: '],
    ['a: "foo\nb: 1', 'syntax', 'm.yaml:2:5: '],
    [BASE, 'key-missing', 'm.yaml: '],
    ['version: "1"\nstreams: []', 'key-missing', 'm.yaml: '],
    ['version: "1"\nchek: {}\nstreams: []', 'key-missing', 'm.yaml:2:1 chek: '],
    [`${BASE}streams: {}`, 'key-type', 'm.yaml:3:1 streams: '],
    [`${BASE}streams: []\nfoo: 1`, 'key-unknown', 'm.yaml:4:1 foo: '],
    [`${BASE}streams:\n  - $ref: "#/definitions/a"`, 'reference-undefined', 'm.yaml:4:5 streams[0].$ref: '],
    [
      `${BASE}streams: []\ndefinitions:\n  a: "#/definitions/b"\n  b: ["#/definitions/a"]`,
      'reference-circular',
      'm.yaml:5:3 definitions.a: ',
    ],
    [`${BASE}streams:\n  - $parameters: 5`, 'parameters-type', 'm.yaml:4:5 streams[0].$parameters: '],
    [`{"a": ${'['.repeat(100_000)}1.0${']'.repeat(100_000)}}`, 'too-deep', ''],
  ])('says what is wrong and where: %j', async (bad, code, start) => {
    const error = await failure(bad);
    expect(error.code).toBe(code);
    expect(error.message.slice(0, start.length)).toBe(start);
  });

  it('refuses aliases and references that blow up, in no time', async () => {
    const letters = [...'abcdefghij'];
    const aliases = letters.map((name, index) => `${name}: &${name} [${Array(10).fill(index === 0 ? 1 : `*${letters[index - 1]}`)}]`);
    expect((await failure(aliases.join('\n'))).code).toBe('too-large');
    const references = letters.map(
      (name, index) => `  ${name}: [${Array(10).fill(index === 0 ? 1 : `"#/definitions/${letters[index - 1]}"`)}]`,
    );
    expect((await failure(`${BASE}streams: []\ndefinitions:\n${references.join('\n')}`)).code).toBe('too-large');
  });

  it('is not harmed by names of the prototype', async () => {
    const hostile = `${BASE}streams: []\ndefinitions: {__proto__: {polluted: 1}, constructor: {prototype: {polluted: 1}}, a: {<<: {__proto__: {polluted: 1}}}}`;
    const { manifest } = await prepareManifest(hostile, 'm.yaml');
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    expect(Object.keys(manifest['definitions'] as object)).toEqual(['__proto__', 'constructor', 'a']);
    expect((await failure(`${BASE}streams: []\n__proto__: {}`)).code).toBe('key-unknown');
    expect((await failure('__proto__: {version: "1", check: {}, streams: []}')).code).toBe('key-missing');
  });
});

describe('readPositions', () => {
  const text = `${BASE}definitions:
  base:
    retriever:
      requester: &r
        url: x
  merged:
    <<: *r
    own: 1
streams:
  - "#/definitions/base"
  - $ref: "#/definitions/base"
    name: b
    a.b: {c: [1, 2]}
`;

  it.each([
    ['version', 1, 1],
    ['streams[1].name', 14, 5],
    ['streams[0].retriever.requester.url', 7, 9],
    ['streams[1].retriever.requester', 6, 7],
    ['definitions.merged.url', 7, 9],
    ['streams[1].a.b.c[1]', 15, 18],
    ['streams[1].retriever.zzz', 5, 5],
    ['streams[9].x', 11, 1],
  ])('finds %s through references and merges', async (path, line, column) => {
    expect((await readPositions(text, 'm.yaml')).at(path)).toMatchObject({ fileName: 'm.yaml', position: { line, column } });
  });

  it('knows only the file for the whole, and for JSON that is no YAML', async () => {
    expect((await readPositions(text, 'm.yaml')).at('')).toEqual({ fileName: 'm.yaml' });
    expect((await readPositions('{\n\t"a": 1\n}', 'm.json')).at('a')).toMatchObject({ fileName: 'm.json' });
    expect((await readPositions('{"a": 2024-13-01}', 'm.json')).at('a')).toEqual({ fileName: 'm.json' });
  });

  it('locates errors that come later, and only those of manifests', async () => {
    const later = new ManifestError({ code: 'component', path: 'streams[1].name', message: 'No.' });
    expect(((await locateError(later, text, 'm.yaml')) as ManifestError).message.split('\n')[0]).toBe('m.yaml:14:5 streams[1].name: No.');
    const other = new Error('x');
    expect(await locateError(other, text, 'm.yaml')).toBe(other);
  });
});

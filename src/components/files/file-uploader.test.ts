import { describe, expect, it } from 'vitest';
import { auxiliaryScope } from '../../engine/auxiliary-scope.ts';
import { fileReferenceOf } from '../../engine/file-reference.ts';
import type { FileUploader, Row } from '../../engine/kinds.ts';
import type { Run } from '../../engine/run.ts';
import { StreamSlice } from '../../engine/stream-slice.ts';
import { buildFromYaml, testRun } from '../../testing/build-from-yaml.ts';
import { fakeApi } from '../../testing/fake-api.ts';

const YAML = `
type: FileUploader
requester:
  type: HttpRequester
  url: "{{ download_target }}"
  error_handler: {type: DefaultErrorHandler, response_filters: [{type: HttpResponseFilter, http_codes: [404], action: IGNORE}]}
download_target_extractor: {type: DpathExtractor, field_path: [link]}
`;
const request = { slice: new StreamSlice(), token: undefined };

function uploader(yaml: string, run: Partial<Run>): FileUploader {
  const whole = testRun({ run });
  return buildFromYaml('fileUploader', yaml, { run: whole, stream: auxiliaryScope(whole, 'notes') });
}

const api = fakeApi((asked) => (asked.endsWith('/lost') ? { status: 404 } : { body: 'four' }));

/** A store that tells what it was given. */
const storeFile: NonNullable<Run['storeFile']> = async (file, chunks) => {
  const bytes = Buffer.concat(await Array.fromAsync(chunks));
  return { path: `/files/${file}`, relativePath: file, bytes: bytes.length };
};

describe('FileUploader', () => {
  it('stores the file of a record under the name that the manifest gives', async () => {
    const upload = uploader(`${YAML}filename_extractor: "/{{ record.id }}/{{ record['name'] }}"`, { ...api.run, storeFile });
    const record = await upload.upload({ id: 7, name: 'a b.txt', link: 'http://api/7' }, request);
    expect(record).toEqual({ id: 7, name: 'a b.txt', link: 'http://api/7' });
    expect(fileReferenceOf(record)).toEqual({
      staging_file_url: '/files/notes/7/a b.txt',
      source_file_relative_path: 'notes/7/a b.txt',
      file_size_bytes: 4,
    });
  });

  it('gives a file a random name, also a number as its name', async () => {
    const record: Row = { id: 7, link: 'http://api/7' };
    await uploader(YAML, { ...api.run, storeFile }).upload(record, request);
    expect(fileReferenceOf(record)?.source_file_relative_path).toMatch(/^notes\/[0-9a-f-]{36}$/);
    await uploader(`${YAML}filename_extractor: "{{ record.id }}"`, { ...api.run, storeFile }).upload(record, request);
    expect(fileReferenceOf(record)?.source_file_relative_path).toBe('notes/7');
  });

  it('keeps a file below the folder of its stream, under a name that file systems take', async () => {
    const upload = uploader(`${YAML}filename_extractor: "{{ record.name }}"`, { ...api.run, storeFile });
    const pathOf = async (name: string) =>
      fileReferenceOf(await upload.upload({ name, link: 'http://api/7' }, request))?.source_file_relative_path;
    expect(await pathOf('a/../b.txt')).toBe('notes/b.txt');
    expect(await pathOf('a\0b.txt')).toMatch(/^notes\/a_b~[0-9a-f]{8}\.txt$/);
    expect(await pathOf(`${'x'.repeat(300)}.txt`)).toMatch(/^notes\/x{200,}~[0-9a-f]{8}\.txt$/);
    await expect(pathOf('../other/a.txt')).rejects.toThrow(
      'A file cannot be stored as "../other/a.txt": the filename_extractor of notes must',
    );
    await expect(pathOf('/')).rejects.toThrow('A file cannot be stored as "/"');
  });

  it('says in a test where the file would be and stores none', async () => {
    const record = await uploader(`${YAML}filename_extractor: "{{ record.id }}"`, api.run).upload({ id: 7, link: 'http://api/7' }, request);
    expect(record).toEqual({ id: 7, link: 'http://api/7', source_file_relative_path: 'notes/7' });
    expect(fileReferenceOf(record)?.file_size_bytes).toBe(-1);
  });

  it('leaves a record without a file when the error handler ignores that it is lost', async () => {
    const record = await uploader(YAML, { ...api.run, storeFile }).upload({ link: 'http://api/lost' }, request);
    expect(fileReferenceOf(record)).toBeUndefined();
  });

  it.each([
    [{ id: 1 }, 'finds nothing'],
    [{ link: 5 }, 'finds 5'],
  ])('fails for a record without a link: %j', async (record, message) => {
    await expect(uploader(YAML, { ...api.run, storeFile }).upload(record, request)).rejects.toThrow(message);
  });
});

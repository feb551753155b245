import { component } from '../../engine/component.ts';
import { describe, optional, slot, template } from '../../engine/fields.ts';
import { setFileReference } from '../../engine/file-reference.ts';
import { StreamRecord } from '../../engine/host.ts';
import type { PageRequest, Row, FileUploader as Uploader } from '../../engine/kinds.ts';
import { StreamSlice } from '../../engine/stream-slice.ts';
import { str } from '../../lang/text.ts';
import { pathBelow } from '../../lib/storable-name.ts';
import { SystemError } from '../../protocol/failure.ts';

const EXTRACTORS = ['DpathExtractor', 'CustomRecordExtractor'];
/** The size of a file that was downloaded in a test and not stored. */
const NOT_STORED = -1;

/** parity: retrievers/file_uploader/default_file_uploader.py:DefaultFileUploader */
export const FileUploader = component({
  type: 'FileUploader',
  kind: 'fileUploader',
  summary: 'Downloads the file that a record points to and stores it for the destination beside the record.',
  needs: 'A folder for files: AIRBYTE_STAGING_DIRECTORY, /staging/files or /tmp/airbyte-file-transfer.',
  example: `
    type: FileUploader
    requester:
      type: HttpRequester
      url: "{{ download_target }}"
    download_target_extractor:
      type: DpathExtractor
      field_path: [content_url]
    filename_extractor: "{{ record.id }}/{{ record.file_name }}"`,
  fields: () => ({
    requester: slot('requester', { types: ['HttpRequester', 'CustomRequester'] }),
    download_target_extractor: describe(slot('extractor', { types: [...EXTRACTORS, 'CombinedExtractor'] }), {
      description: 'Finds the URL of the file in a record; the requester reads it as `download_target`.',
    }),
    file_extractor: describe(optional(slot('extractor', { types: EXTRACTORS })), {
      description: 'Not used: the whole response is the file.',
    }),
    filename_extractor: describe(optional(template('config', 'record')), {
      description: 'The path of the file within the folder of the stream; a random name when left out.',
    }),
  }),
  build(spec, b): Uploader {
    const { run, stream } = b;
    const streamName = stream?.name ?? '';
    const requester = b.build('requester', spec.requester);
    for (const action of ['REDUCE_PAGE_SIZE', 'SPLIT_REQUEST_WINDOW'] as const) {
      if (requester.actions.has(action)) b.fail(`The action ${action} does not work here: a file has no pages.`, 'requester');
    }
    const extractor = b.build('extractor', spec.download_target_extractor);
    const name = spec.filename_extractor ? b.string(spec.filename_extractor) : undefined;
    const context = b.context('record');

    async function targetOf(record: Row, request: PageRequest): Promise<string> {
      const [target] = (await extractor.extract([record], request)).records;
      if (typeof target === 'string') return target;
      throw new SystemError(
        target === undefined
          ? `A record of ${streamName} names no file: the download_target_extractor finds nothing in it.`
          : `A record of ${streamName} names no file: the download_target_extractor finds ${JSON.stringify(target)} in it, which is no text.`,
      );
    }

    function nameOf(record: Row, { slice }: PageRequest): string {
      if (name === undefined) return crypto.randomUUID();
      context['record'] = new StreamRecord(record, streamName, slice);
      return str(name.evaluate(context));
    }

    function pathOf(record: Row, request: PageRequest): string {
      const file = nameOf(record, request);
      const path = pathBelow(streamName, file);
      if (path !== undefined) return path;
      throw new SystemError(
        `A file cannot be stored as ${JSON.stringify(file)}: the filename_extractor of ${streamName} must give the path of a file below the folder of the stream.`,
      );
    }

    return {
      async upload(record, request) {
        const slice = new StreamSlice({}, {}, { download_target: await targetOf(record, request) });
        const response = await requester.send({ slice, token: undefined }, [], undefined, { stream: true });
        // A refused file that the error handler ignores leaves the record without one, where the reference stores the error in its place.
        if (response === null || !response.ok) {
          response?.discard();
          return record;
        }
        let path: string;
        try {
          path = pathOf(record, request);
        } catch (error) {
          response.discard();
          throw error;
        }
        if (run.storeFile === undefined) {
          response.discard();
          setFileReference(record, { staging_file_url: path, source_file_relative_path: path, file_size_bytes: NOT_STORED });
          record['source_file_relative_path'] = path;
          return record;
        }
        const stored = await run.storeFile(path, response.chunks());
        run.log.info(`Stored ${stored.relativePath}, ${stored.bytes} bytes.`);
        setFileReference(record, {
          staging_file_url: stored.path,
          source_file_relative_path: stored.relativePath,
          file_size_bytes: stored.bytes,
        });
        return record;
      },
    };
  },
});

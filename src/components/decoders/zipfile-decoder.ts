import { component } from '../../engine/component.ts';
import { slot } from '../../engine/fields.ts';
import type { Decoder } from '../../engine/kinds.ts';
import { readZip, type ZipEntry, ZipError } from '../../lib/zip.ts';
import { SystemError } from '../../protocol/failure.ts';
import { NESTED_DECODERS, nestedDecoder } from './nested-decoder.ts';

/** parity: decoders/zipfile_decoder.py:ZipfileDecoder */
export const ZipfileDecoder = component({
  type: 'ZipfileDecoder',
  kind: 'decoder',
  summary: 'Hands each file of a response that is a zip archive to another decoder.',
  example: `
    type: ZipfileDecoder
    decoder:
      type: CsvDecoder`,
  fields: () => ({
    decoder: slot('decoder', { types: NESTED_DECODERS }),
  }),
  build(spec, b): Decoder {
    const { parse } = nestedDecoder(b, spec.decoder);
    return {
      streams: false,
      paginates: false,
      async *decode(response) {
        for (const entry of entriesOf(await response.load())) {
          try {
            yield* parse(entry.chunks());
          } catch (error) {
            throw new SystemError(`The file ${entry.name} in the response's zip archive cannot be read.`, { cause: error });
          }
        }
      },
    };
  },
});

function entriesOf(bytes: Uint8Array): ZipEntry[] {
  try {
    return readZip(bytes);
  } catch (error) {
    if (error instanceof ZipError) throw new SystemError('The response is no zip archive, or a damaged one.', { cause: error });
    throw error;
  }
}

import { component } from '../../engine/component.ts';
import { slot } from '../../engine/fields.ts';
import type { Decoder } from '../../engine/kinds.ts';
import { Failure, SystemError } from '../../protocol/failure.ts';
import { NESTED_DECODERS, nestedDecoder } from './nested-decoder.ts';
import { listZip, type PackedFile, ZipError } from './zip-files.ts';

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
        for (const file of await filesOf(await response.load(), b.run.guards.max_expansion)) {
          try {
            yield* parse(file.chunks());
          } catch (error) {
            throw new SystemError(`The file ${file.name} in the response's zip archive cannot be read${reasonOf(error)}`, { cause: error });
          }
        }
      },
    };
  },
});

async function filesOf(bytes: Uint8Array, factor: number): Promise<PackedFile[]> {
  try {
    return await listZip(bytes, factor);
  } catch (error) {
    if (error instanceof ZipError) throw new SystemError('The response is no zip archive, or a damaged one.', { cause: error });
    throw error;
  }
}

/** Why a file cannot be read, as the end of a sentence. */
function reasonOf(error: unknown): string {
  return error instanceof Failure || (error instanceof Error && error.name === 'ZipError') ? `: ${error.message}` : '.';
}

import { component } from '../../engine/component.ts';
import { slot } from '../../engine/fields.ts';
import type { Decoder } from '../../engine/kinds.ts';
import { GzipError, gunzip } from '../../lib/gunzip.ts';
import { TransientError } from '../../protocol/failure.ts';
import { NESTED_DECODERS, nestedDecoder } from './nested-decoder.ts';

/** parity: decoders/composite_raw_decoder.py:GzipParser */
export const GzipDecoder = component({
  type: 'GzipDecoder',
  kind: 'decoder',
  summary:
    'Unpacks a response in gzip format while it arrives and hands it to another decoder; a response that is not packed is handed on as it is.',
  example: `
    type: GzipDecoder
    decoder:
      type: JsonlDecoder`,
  fields: () => ({
    decoder: slot('decoder', { types: NESTED_DECODERS }),
  }),
  build(spec, b): Decoder {
    const { inner, parse: parseInner } = nestedDecoder(b, spec.decoder);
    const parse = (bytes: AsyncIterable<Uint8Array>) => parseInner(unpack(bytes, b.run.guards.max_expansion));
    return { streams: true, paginates: inner.paginates, decode: (response) => parse(response.chunks()), parse };
  },
});

async function* unpack(bytes: AsyncIterable<Uint8Array>, factor: number): AsyncGenerator<Uint8Array> {
  try {
    yield* gunzip(bytes, factor);
  } catch (error) {
    throw error instanceof GzipError ? new TransientError(error.message, { cause: error }) : error;
  }
}

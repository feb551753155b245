import type { Builder } from '../../engine/builder.ts';
import type { Slot } from '../../engine/fields.ts';
import type { Decoder } from '../../engine/kinds.ts';

/** Decoders that can read what another one unpacked. */
export const NESTED_DECODERS = ['CsvDecoder', 'GzipDecoder', 'JsonDecoder', 'JsonItemsDecoder', 'JsonlDecoder'] as const;

/** Builds the decoder of what another one unpacks; fails for one that only reads whole responses. */
export function nestedDecoder(b: Builder, spec: Slot<'decoder'>): { inner: Decoder; parse: NonNullable<Decoder['parse']> } {
  const inner = b.build('decoder', spec);
  const { parse } = inner;
  if (parse === undefined) b.fail(`A ${String(spec['type'])} cannot be nested in another decoder.`, 'decoder');
  return { inner, parse };
}

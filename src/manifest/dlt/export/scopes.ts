import type { JsonObject } from '../../../lib/json.ts';
import { isPlainObject } from '../../../lib/objects.ts';
import { memberPath } from '../../paths.ts';
import type { ExportedIncremental } from './cursors.ts';
import type { Part, PartReader } from './parts.ts';
import { placedAt } from './places.ts';
import type { ExportScope, TextExport } from './texts.ts';

/** The stream that another one depends on, and the placeholders for its fields. */
export interface ExportedParent {
  readonly name: string;
  readonly stream: JsonObject;
  readonly path: string;
  readonly placeholder: (keys: readonly string[]) => string | undefined;
  /** Where the router itself puts the field: the place, the name, and the placeholder. */
  readonly options: readonly { readonly into: string; readonly name: string; readonly placeholder: string }[];
}

/** The parent of a router over one stream; undefined for none, and for routers that dlt has nothing for. */
export function exportParent(reader: PartReader, texts: TextExport, retriever: Part): ExportedParent | undefined {
  const given = retriever.take('partition_router');
  if (Array.isArray(given) && given.length === 0) return undefined;
  const only = Array.isArray(given) && given.length === 1 ? given[0] : given;
  if (only === undefined) return undefined;
  const path = memberPath(retriever.path, 'partition_router');
  const router = isPlainObject(only) ? reader.open(only as JsonObject, Array.isArray(given) ? memberPath(path, 0) : path) : undefined;
  const parents = router?.type === 'SubstreamPartitionRouter' ? router.parts('parent_stream_configs') : [];
  const [parent] = parents;
  if (router === undefined || parent === undefined || parents.length > 1) {
    const what = router === undefined ? 'several routers' : parents.length > 1 ? 'a router over several parents' : router.type;
    if (router === undefined) reader.lose(path, `dlt has nothing like ${what}.`);
    else router.lose(`dlt has nothing like ${what}.`);
    return undefined;
  }
  return readParent(reader, texts, parent);
}

function readParent(reader: PartReader, texts: TextExport, parent: Part): ExportedParent | undefined {
  const stream = parent.take('stream');
  const [key, field] = ['parent_key', 'partition_field'].map((name) =>
    texts.plain(String(parent.take(name)), memberPath(parent.path, name)),
  );
  if (!isPlainObject(stream) || key === undefined || field === undefined) {
    parent.lose('dlt finds no parent by it.');
    return undefined;
  }
  const name = String((stream as JsonObject)['name']);
  if (parent.take('is_required') !== true)
    reader.lose(parent.path, 'dlt fails where a parent lacks the field; the engine passes over such parents.');
  const placeholder = `resources.${name}.${jsonPathOf(key.split('/'))}`;
  const extras = parent.take('extra_fields');
  const paths = (Array.isArray(extras) ? extras : []).map((extra) => [extra].flat().map(String));
  const option = parent.part('request_option');
  return {
    name,
    stream: stream as JsonObject,
    path: memberPath(parent.path, 'stream'),
    placeholder([first, ...rest]) {
      if (first === field && rest.length === 0) return placeholder;
      const extra = first === 'extra_fields' ? paths.find((keys) => keys.join('.') === rest.join('.')) : undefined;
      return extra === undefined ? undefined : `resources.${name}.${jsonPathOf(extra)}`;
    },
    options: option === undefined ? [] : placedAt(option).map((place) => ({ ...place, placeholder })),
  };
}

function jsonPathOf(keys: readonly string[]): string {
  return keys.map((key) => (/^[A-Za-z_]\w*$/.test(key) ? key : `'${key.replace(/[\\']/g, '\\$&')}'`)).join('.');
}

/** The scope of a stream's templates, which learns by what expressions the borders of its incremental are converted. */
export interface StreamScope extends ExportScope {
  /** `convert` and `convert_end`, as far as the incremental needs them. */
  conversions(): JsonObject;
}

const IDENTITY = 'value';

/** A scope of a parent's fields and of the borders of an incremental. */
export function createExportScope(parent: ExportedParent | undefined, incremental: ExportedIncremental | undefined): StreamScope {
  const found = new Map<'convert' | 'convert_end', string>();
  return {
    slice: (keys) => parent?.placeholder(keys),
    border: (key) => incremental?.borders[key],
    convert(expression, attribute) {
      const key = attribute === 'end_value' ? 'convert_end' : 'convert';
      const before = found.get(key);
      if (before === undefined) found.set(key, expression);
      return before === undefined || before === expression;
    },
    conversions() {
      const [start = IDENTITY, end = start] = [found.get('convert'), found.get('convert_end')];
      return { ...(start === IDENTITY ? {} : { convert: start }), ...(end === start ? {} : { convert_end: end }) };
    },
  };
}

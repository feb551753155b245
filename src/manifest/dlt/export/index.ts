import type { Json, JsonObject } from '../../../lib/json.ts';
import { isPlainObject } from '../../../lib/objects.ts';
import { isSame } from './alike.ts';
import { createPartReader, type HasField, type Loss, type Part, type PartReader } from './parts.ts';
import { mergeRuntime } from './retries.ts';
import { type ExportedStream, exportStream } from './streams.ts';
import { createTextExport } from './texts.ts';

export type { HasField, Loss } from './parts.ts';
export { printPython } from './python.ts';

/** A dlt config that does what a manifest says, and what of the manifest it cannot say. */
export interface Exported {
  readonly config: JsonObject;
  readonly losses: readonly Loss[];
}

/** What dlt does unless it is told otherwise. */
const USUAL: Readonly<Record<string, Json>> = {
  request_timeout: 60,
  request_max_attempts: 5,
  request_backoff_factor: 1,
  request_max_retry_delay: 300,
};

/** Writes a manifest that went through its phases as a dlt rest_api config; `hasField` tells which keys mean something. */
export function exportDlt(manifest: JsonObject, hasField: HasField): Exported {
  const reader = createPartReader(hasField);
  const source = reader.open(manifest, '');
  for (const key of ['version', 'definitions', 'schemas', 'metadata', 'description']) source.take(key);
  const texts = createTextExport(reader, specification(reader, source));
  const streams = exportStreams(reader, source, (part) => exportStream(reader, texts, part));
  const check = source.part('check');
  const checked = check?.take('stream_names');
  if (Array.isArray(checked) && checked[0] !== streams[0]?.name)
    source.lose('dlt has no check; the engine reads the first resource for it.', 'check');
  return { config: { ...configOf(reader, streams), ...parallel(source) }, losses: reader.finish() };
}

/** The properties of the config, which tell what is secret; what else they say of values is lost. */
function specification(reader: PartReader, source: Part): JsonObject {
  const spec = source.part('spec');
  const schema = spec?.take('connection_specification');
  spec?.take('documentation_url');
  if (!isPlainObject(schema)) return {};
  const known = ['type', 'title', 'description', 'order', 'airbyte_secret', 'properties', 'required', 'additionalProperties', '$schema'];
  const rules = new Set<string>();
  const visit = (part: JsonObject, path: string): void => {
    for (const key of Object.keys(part)) if (!known.includes(key) && !(path === 'base_url' && key === 'default')) rules.add(key);
    const { properties } = part;
    if (!isPlainObject(properties)) return;
    for (const [name, property] of Object.entries(properties as JsonObject))
      if (isPlainObject(property)) visit(property as JsonObject, name);
  };
  visit(schema as JsonObject, '');
  if (rules.size > 0)
    reader.lose(
      'spec.connection_specification',
      `A dlt config says of its values only which are secret: ${[...rules].join(', ')} are lost.`,
    );
  return schema as JsonObject;
}

/** The streams with those that they depend on, which come before them where they are not read for their own sake. */
function exportStreams(reader: PartReader, source: Part, write: (part: Part) => ExportedStream | undefined): ExportedStream[] {
  const found = new Map<string, ExportedStream>();
  const selected = new Set<string>();
  const take = (part: Part): ExportedStream | undefined => {
    const exported = write(part);
    if (exported === undefined) return undefined;
    found.set(exported.name, exported);
    return exported;
  };
  for (const part of source.parts('streams').flatMap((stream) => unconditional(reader, stream))) {
    const name = String(part.take('name'));
    if (selected.has(name)) part.lose(`There are several streams "${name}": the first one is kept.`);
    else if (take(part) !== undefined) selected.add(name);
  }
  for (let left = [...found.values()]; left.length > 0; ) {
    left = left.flatMap(({ parent }) => {
      if (parent === undefined || found.has(parent.name)) return [];
      const exported = take(reader.open(parent.stream, parent.path));
      return exported === undefined ? [] : [exported];
    });
  }
  return [...found.values()].map((stream) =>
    selected.has(stream.name) ? stream : { ...stream, hints: { ...stream.hints, selected: false } },
  );
}

/** The streams within others that depend on the config. */
function unconditional(reader: PartReader, part: Part): Part[] {
  if (part.type !== 'ConditionalStreams') return [part];
  reader.lose(part.path, `dlt reads its streams whether or not ${String(part.take('condition'))}.`);
  return part.parts('streams');
}

function configOf(reader: PartReader, streams: readonly ExportedStream[]): JsonObject {
  const base = streams.find((stream) => stream.base !== undefined)?.base ?? originOf(streams);
  const auth = streams.every((stream) => isSame(stream.auth, streams[0]?.auth)) ? streams[0]?.auth : undefined;
  const headers = commonHeaders(streams);
  const { runtime, session } = patienceOf(reader, streams);
  const resources = streams.map((stream): JsonObject => {
    const own = Object.fromEntries(Object.entries(stream.headers).filter(([name]) => headers[name] === undefined));
    return {
      name: stream.name,
      ...stream.hints,
      endpoint: {
        path: stream.base === undefined || stream.base === base ? stream.path : joined(stream.base, stream.path),
        ...stream.endpoint,
        ...(Object.keys(own).length === 0 ? {} : { headers: own }),
        ...(auth === undefined && stream.auth !== undefined ? { auth: stream.auth } : {}),
      },
    };
  });
  return {
    client: {
      ...(base === undefined ? {} : { base_url: base }),
      ...(auth === undefined ? {} : { auth }),
      ...(Object.keys(headers).length === 0 ? {} : { headers }),
      ...(session === undefined ? {} : { session }),
    },
    resources,
    ...(runtime === undefined ? {} : { runtime }),
  };
}

/** The host of paths that are whole URLs, since a client must have one. */
function originOf(streams: readonly ExportedStream[]): string | undefined {
  return streams.flatMap(({ path }) => /^https?:\/\/[^/{}]+/.exec(path)?.[0] ?? [])[0];
}

function joined(base: string, path: string): string {
  return path === '' ? base : `${base.replace(/\/$/, '')}/${path.replace(/^\//, '')}`;
}

/** Headers that all of several streams have, and that no placeholder makes different. */
function commonHeaders(streams: readonly ExportedStream[]): JsonObject {
  const [first, ...others] = streams;
  if (first === undefined || others.length === 0) return {};
  return Object.fromEntries(
    Object.entries(first.headers).filter(
      ([name, value]) =>
        !/\{(?:resources|incremental)\./.test(String(value)) && others.every(({ headers }) => isSame(headers[name], value)),
    ),
  );
}

/** What the client's session says of patience, and the rest of it, which dlt reads from its own settings. */
function patienceOf(
  reader: PartReader,
  streams: readonly ExportedStream[],
): { runtime: JsonObject | undefined; session: JsonObject | undefined } {
  let merged: JsonObject | undefined;
  for (const { name, patience } of streams) {
    const { runtime, statusCodes } = patience;
    const own = { ...runtime, ...(statusCodes === undefined || statusCodes.length === 0 ? {} : { status_codes: statusCodes }) };
    merged = mergeRuntime(reader, `the stream "${name}"`, merged, own);
  }
  const entries = Object.entries(merged ?? {}).filter(([key, value]) => !isSame(USUAL[key], value));
  const session = Object.fromEntries(entries.filter(([key]) => !key.startsWith('http_')));
  const runtime = Object.fromEntries(entries.filter(([key]) => key.startsWith('http_')));
  return {
    session: Object.keys(session).length === 0 ? undefined : session,
    runtime: Object.keys(runtime).length === 0 ? undefined : runtime,
  };
}

function parallel(source: Part): JsonObject {
  const level = source.part('concurrency_level');
  const [count, most] = [level?.take('default_concurrency'), level?.take('max_concurrency')];
  if (level === undefined || count === 1) return {};
  if (count !== 5 || most !== undefined) source.lose('dlt reads with as many workers as its own settings say.', 'concurrency_level');
  return { parallelized: true };
}

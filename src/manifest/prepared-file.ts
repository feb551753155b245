import { type Json, type JsonObject, parseJson, stringifyJson } from '../lib/json.ts';
import { isPlainObject, ownProperty } from '../lib/objects.ts';
import { onDemand } from '../lib/on-demand.ts';
import type { ManifestWarning } from './load.ts';
import type { PreparedManifest } from './prepare.ts';
import { parentNames } from './request-caching.ts';

/** The file that holds what was made of a manifest's file. */
export function preparedFile(manifestFile: string): string {
  return `${manifestFile}.prepared`;
}

/** What a prepared manifest stands for: a manifest's file, as a version of the engine reads it. */
export interface PreparedSource {
  readonly bytes: Buffer;
  readonly version: string;
}

/** The first line of the file. */
interface Header {
  readonly version: string;
  /** The length of the manifest's file, which follows and is compared as it is. */
  readonly bytes: number;
  /** Whether plain parsing of the manifest's lines loses nothing of its numbers. */
  readonly isPlain: boolean;
  readonly mayHaveClasses: boolean;
  /** The lengths in bytes of the lines that follow, without their ends: the manifest with an empty list of streams, its streams, the warnings. */
  readonly lines: readonly [manifest: number, streams: readonly number[], warnings: number];
  /** The streams in their order, where each may be read without the others. */
  readonly streams?: readonly StreamNames[];
}

/** The name of a stream and of those that it is partitioned by. */
interface StreamNames {
  readonly name: string;
  readonly parents: readonly string[];
}

/** What is known of the components of a manifest that is stored. */
export interface StoredFacts {
  /** Whether each of its streams stands for one, and building them finds no mistake and nothing to warn of. */
  readonly streamsStandAlone: boolean;
}

const LINE_END = 1;

/**
 * A prepared manifest as the content of a file: a line of JSON that says what follows, the manifest's file, and lines of JSON: the manifest without
 * its streams, each stream, and the warnings.
 */
export function storePrepared(
  { manifest, warnings }: PreparedManifest,
  { bytes, version }: PreparedSource,
  { streamsStandAlone }: StoredFacts,
): Buffer {
  const whole = stringifyJson(manifest);
  const mayHaveClasses = whole.includes('"class_name"');
  const { streams, rest } = splitStreams(manifest);
  const [manifestLine, warningLine] = [stringifyJson(rest), stringifyJson(warnings)].map((line) => Buffer.from(line)) as [Buffer, Buffer];
  const streamLines = streams.map((stream) => Buffer.from(stringifyJson(stream)));
  const names = streamsStandAlone && !mayHaveClasses ? namesOf(manifest, streams) : undefined;
  const header: Header = {
    version,
    bytes: bytes.length,
    isPlain: JSON.stringify(JSON.parse(whole)) === whole,
    mayHaveClasses,
    lines: [manifestLine.length, streamLines.map(({ length }) => length), warningLine.length],
    ...(names === undefined ? {} : { streams: names }),
  };
  const lines = [Buffer.from(stringifyJson(header)), bytes, manifestLine, ...streamLines, warningLine];
  return Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]));
}

/** The manifest that a stored file holds; undefined when it was made of another manifest, by another version, or is not whole. */
export function readPrepared(stored: Buffer, source: PreparedSource & { readonly fileName: string }): PreparedManifest | undefined {
  const start = stored.indexOf('\n') + 1;
  const header = readHeader(stored.toString('utf8', 0, start), source);
  if (header === undefined) return undefined;
  const end = start + source.bytes.length;
  if (header.bytes !== source.bytes.length || !stored.subarray(start, end).equals(source.bytes)) return undefined;

  const [manifestLength, streamLengths, warningsLength] = header.lines;
  const manifestAt = end + LINE_END;
  let at = manifestAt + manifestLength + LINE_END;
  const streamsAt = streamLengths.map((length) => {
    const begin = at;
    at += length + LINE_END;
    return begin;
  });
  if (stored.length !== at + warningsLength + LINE_END) return undefined;

  const parse = (begin: number, length: number): Json => parseJson(stored.toString('utf8', begin, begin + length), !header.isPlain);
  /** The manifest with those streams that are wanted, each at its index. */
  const manifestWith = (isWanted: (index: number) => boolean): JsonObject => {
    const manifest = parse(manifestAt, manifestLength) as JsonObject;
    if (streamLengths.length === 0) return manifest;
    const streams: Json[] = new Array(streamLengths.length);
    for (const [index, length] of streamLengths.entries()) if (isWanted(index)) streams[index] = parse(streamsAt[index] as number, length);
    return { ...manifest, streams };
  };
  const whole = onDemand(() => manifestWith(() => true));

  return {
    fileName: source.fileName,
    get manifest() {
      return whole();
    },
    warnings: parse(at, warningsLength) as unknown as readonly ManifestWarning[],
    mayHaveClasses: header.mayHaveClasses,
    withoutStreams: () => manifestWith(() => false),
    withStreams(names) {
      const { streams } = header;
      if (streams === undefined || !names.every((wanted) => streams.some(({ name }) => name === wanted))) return undefined;
      const wanted = new Set(names);
      return manifestWith((index) => {
        const { name, parents } = streams[index] as StreamNames;
        return wanted.has(name) || parents.some((parent) => wanted.has(parent));
      });
    },
  };
}

/** The first line; undefined when it is half-written, of another form or by another version: the manifest itself is there. */
function readHeader(line: string, { version }: PreparedSource): Header | undefined {
  try {
    const header = parseJson(line);
    if (!isPlainObject(header) || header['version'] !== version || !Array.isArray(header['lines'])) return undefined;
    return header as unknown as Header;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The streams of a manifest that has a list of them, and the manifest with an empty one. */
function splitStreams(manifest: JsonObject): { readonly streams: readonly Json[]; readonly rest: JsonObject } {
  const streams = ownProperty(manifest, 'streams');
  return Array.isArray(streams) ? { streams, rest: { ...manifest, streams: [] } } : { streams: [], rest: manifest };
}

/**
 * The names of streams that may be read without each other; undefined where one has no name of its own, or where the manifest holds what looks
 * at all of them: templates whose streams are partitioned by them, and groups.
 */
function namesOf(manifest: JsonObject, streams: readonly Json[]): readonly StreamNames[] | undefined {
  if (['dynamic_streams', 'stream_groups'].some((key) => ownProperty(manifest, key) !== undefined)) return undefined;
  const names = streams.flatMap((stream): readonly StreamNames[] => {
    const name = isPlainObject(stream) ? ownProperty(stream as JsonObject, 'name') : undefined;
    return typeof name === 'string' ? [{ name, parents: parentNames(stream as JsonObject) }] : [];
  });
  return names.length === streams.length && new Set(names.map(({ name }) => name)).size === names.length ? names : undefined;
}

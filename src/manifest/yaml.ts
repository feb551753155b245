import type { Alias, Document, Node, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import { type Json, type JsonObject, stringifyJson } from '../lib/json.ts';
import { isPlainObject, setOwnProperty } from '../lib/objects.ts';
import { maskOfWritten } from '../lib/written-secrets.ts';
import { ManifestError, type Position, sourceFrame } from './errors.ts';
import { MAX_DEPTH, tooDeep } from './limits.ts';
import { plainScalarTag, scalarValue } from './yaml-scalars.ts';

/** A YAML text as values, and where they stand in it. */
export interface YamlContent {
  /** Undefined when the text holds nothing. */
  readonly value: Json | undefined;
  /** Where the members of each object and list begin: an object's at their keys. */
  readonly offsets: WeakMap<object, Offsets>;
  /** The offset of each key that repeats one of the same object; the last one counts. */
  readonly repeatedKeys: readonly { readonly key: string; readonly offset: number }[];
  position(offset: number): Position;
}

/** The offsets of an object's or a list's members by key or index. */
export type Offsets = Map<string | number, number>;

/**
 * Reads YAML 1.1 as Python's loader does: `yes` and `on` are booleans, `010` is octal, `<<` merges, the last of repeated keys counts.
 * Keys are texts, written as JSON writes the value. Throws ManifestError with the place of what cannot be read.
 */
// parity: utils/yaml_loader.py:safe_load_yaml
export async function readYaml(text: string, fileName: string): Promise<YamlContent> {
  const { LineCounter, isAlias, isMap, isScalar, isSeq, parseDocument } = await import('yaml');
  const lines = new LineCounter();
  const document: Document = parseDocument(text, {
    version: '1.1',
    schema: 'failsafe',
    uniqueKeys: false,
    prettyErrors: false,
    lineCounter: lines,
  });
  const offsets = new WeakMap<object, Offsets>();
  const repeatedKeys: { key: string; offset: number }[] = [];
  const anchors = new Map<string, Json | undefined>();

  const [syntaxError] = document.errors;
  if (syntaxError?.code === 'RESOURCE_EXHAUSTION') throw tooDeep();
  if (syntaxError !== undefined) {
    const { message, hint } = syntaxHelp(syntaxError.code, syntaxError.message);
    throw errorAt('syntax', message, syntaxError.pos[0], hint);
  }
  return { value: document.contents === null ? undefined : readNode(document.contents, 0), offsets, repeatedKeys, position };

  function position(offset: number): Position {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  }

  function errorAt(code: string, message: string, offset: number, hint?: string): ManifestError {
    const at = position(offset);
    const mask = maskOfWritten(text);
    const place = { fileName, position: at, frame: mask(sourceFrame(text, at)) };
    return new ManifestError({ code, message: mask(message), place, ...(hint === undefined ? {} : { hint }) });
  }

  function readNode(node: Node, depth: number): Json {
    if (isAlias(node)) return readAlias(node);
    if (node.anchor !== undefined) anchors.set(node.anchor, undefined);
    const value = readAnchored(node, depth);
    if (node.anchor !== undefined) anchors.set(node.anchor, value);
    return value;
  }

  function readAnchored(node: Node, depth: number): Json {
    if (isScalar(node)) return readScalar(node);
    if (depth >= MAX_DEPTH) throw tooDeep();
    if (isMap(node)) return readMapping(node, depth + 1);
    if (isSeq(node)) return readList(node, depth + 1);
    throw errorAt('syntax', 'Nothing readable stands here.', startOf(node));
  }

  function readAlias(alias: Alias): Json {
    if (!anchors.has(alias.source)) throw errorAt('alias-undefined', `There is no anchor "&${alias.source}" before this.`, startOf(alias));
    const value = anchors.get(alias.source);
    if (value === undefined) throw errorAt('alias-circular', `The alias "*${alias.source}" stands inside what it repeats.`, startOf(alias));
    return value;
  }

  function readScalar(node: Scalar): Json {
    const source = node.source ?? '';
    const tag = scalarTag(node, source);
    const value = scalarValue(tag, source);
    if (value !== undefined) return value;
    throw errorAt('value-unreadable', `"${source}" cannot be read as ${tagName(tag)}.`, startOf(node), 'Put a text in quotes.');
  }

  function readList(node: YAMLSeq, depth: number): Json[] {
    expectTag(node, 'tag:yaml.org,2002:seq');
    const places: Offsets = new Map();
    const values = (node.items as Node[]).map((item, index) => {
      places.set(index, startOf(item));
      return readNode(item, depth);
    });
    offsets.set(values, places);
    return values;
  }

  /** Merged members come first and own ones replace them. */
  // parity: PyYAML constructor.py:SafeConstructor.flatten_mapping
  function readMapping(node: YAMLMap, depth: number): JsonObject {
    expectTag(node, 'tag:yaml.org,2002:map');
    const merged: JsonObject[] = [];
    const own: { key: string; value: Json; offset: number }[] = [];
    for (const { key: keyNode, value: valueNode } of node.items as Pair<Node, Node | null>[]) {
      const key = isMergeKey(keyNode) ? undefined : keyText(keyNode);
      const value = valueNode === null ? null : readNode(valueNode, depth);
      if (key === undefined) merged.push(...mergedObjects(value, valueNode ?? keyNode));
      else own.push({ key, value, offset: startOf(keyNode) });
    }
    const result: JsonObject = {};
    const places: Offsets = new Map();
    for (const source of merged) {
      for (const [key, value] of Object.entries(source)) setOwnProperty(result, key, value);
      for (const [key, offset] of offsets.get(source) ?? []) places.set(key, offset);
    }
    const seen = new Set<string>();
    for (const { key, value, offset } of own) {
      if (seen.has(key)) repeatedKeys.push({ key, offset });
      seen.add(key);
      setOwnProperty(result, key, value);
      places.set(key, offset);
    }
    offsets.set(result, places);
    return result;
  }

  function isMergeKey(node: Node): boolean {
    if (!isScalar(node)) return false;
    return node.tag === undefined ? node.type === 'PLAIN' && node.source === '<<' : node.tag === 'tag:yaml.org,2002:merge';
  }

  /** What `<<` brings, later ones winning: of a list the first object wins, so it comes last. */
  function mergedObjects(value: Json, node: Node): JsonObject[] {
    const sources = Array.isArray(value) ? [...value].reverse() : [value];
    if (sources.every(isPlainObject)) return sources as JsonObject[];
    throw errorAt('merge-type', '"<<" takes an object or a list of objects.', startOf(node));
  }

  function keyText(node: Node): string {
    const value = readNode(node, 0);
    if (typeof value === 'string') return value;
    if (value === null || typeof value !== 'object' || !(Array.isArray(value) || isPlainObject(value))) return stringifyJson(value);
    throw errorAt('key-type', 'A list or an object cannot be a key.', startOf(node), 'Put a template in quotes: "{{ ... }}".');
  }

  function expectTag(node: YAMLMap | YAMLSeq, expected: string): void {
    if (node.tag === undefined || node.tag === '!' || node.tag === expected) return;
    throw errorAt('value-unreadable', `A manifest cannot hold a ${tagName(node.tag)}.`, startOf(node));
  }
}

/** The tag `!` makes a quoted text read like a plain one. */
// parity: PyYAML resolver.py:BaseResolver.resolve
function scalarTag({ tag, type }: Scalar, source: string): string {
  if (tag !== undefined && tag !== '!') return tag;
  return tag === '!' || type === 'PLAIN' ? plainScalarTag(source) : 'tag:yaml.org,2002:str';
}

/** The parser's message in words that say what to do, where its own do not. */
function syntaxHelp(code: string, message: string): { message: string; hint?: string } {
  const sentence = `${message.replace(/Missing closing ["']quote/, 'A closing quote is missing').replace(/\.$/, '')}.`;
  switch (code) {
    case 'MULTIPLE_DOCS':
      return { message: 'The file holds more than one YAML document.' };
    case 'TAB_AS_INDENT':
      return { message: sentence, hint: 'Indent with spaces.' };
    case 'BLOCK_AS_IMPLICIT_KEY':
      return { message: sentence, hint: 'Put a text that contains ": " in quotes, and check the indentation.' };
    default:
      return { message: sentence };
  }
}

function startOf(node: Node): number {
  return node.range?.[0] ?? 0;
}

function tagName(tag: string): string {
  return tag.replace('tag:yaml.org,2002:', '!!');
}

import type { Json, JsonObject } from '../../../lib/json.ts';
import { isPlainObject, ownProperty } from '../../../lib/objects.ts';
import { memberPath } from '../../paths.ts';
import { mayBeTyped } from '../templates.ts';
import type { PartReader } from './parts.ts';

/** What the placeholders of a stream's templates stand for. */
export interface ExportScope {
  /** The dlt placeholder of a value of the slice, such as `resources.posts.id`; undefined where there is none. */
  slice(keys: readonly string[]): string | undefined;
  /** The attribute of the incremental that a border of the slice is, such as `start_value`. */
  border(key: string): string | undefined;
  /** Takes the expression by which a border, such as `start_value`, is converted; false when another one was taken before. */
  convert(expression: string, attribute: string): boolean;
}

/** A scope without parents and without an incremental. */
export const NO_SCOPE: ExportScope = { slice: () => undefined, border: () => undefined, convert: () => false };

/** Writes templates of a manifest as dlt has them. */
export interface TextExport {
  /** A text with placeholders; undefined, and told as lost, where it has none that dlt knows. */
  text(template: string, path: string, scope: ExportScope): string | undefined;
  /** A text without placeholders of resources, in which braces stand for themselves. */
  plain(template: string, path: string): string | undefined;
  /** A value of any depth; its members that cannot be written are left out. */
  value(value: Json, path: string, scope: ExportScope, isVerbatim: boolean): Json | undefined;
}

const KEY = String.raw`\[\s*(?:'[^']*'|"[^"]*")\s*\]|\.(?!get\b)[A-Za-z_]\w*|\.get\(\s*(?:'[^']*'|"[^"]*")\s*\)`;
const CONFIG = new RegExp(`^config((?:${KEY})+)$`);
const SLICE = new RegExp(`^stream_(?:slice|partition)((?:${KEY})+)$`);
const BORDER = new RegExp(`stream_(?:interval|slice|partition)(${KEY})`, 'g');
/** What a conversion of a border cannot read. */
const OTHERS = /(?<![\w.'"])(?:config|stream_\w+|next_page_token|parameters|record|response)\b/;
const ONE_KEY = /\[\s*(?:'([^']*)'|"([^"]*)")\s*\]|\.get\(\s*(?:'([^']*)'|"([^"]*)")\s*\)|\.([A-Za-z_]\w*)/g;
const NUMBER = /^\{\{\s*(-?\d{1,15}(?:\.\d{1,15})?)\s*\}\}$/;
const CONVERTED = /^\(([\s\S]+)\) if (stream_interval\['\w+'\]) is not none else none$/;

/** An export over the properties of a connector's config, which say what is secret. */
export function createTextExport(reader: PartReader, specification: JsonObject): TextExport {
  function reference(keys: readonly string[]): string {
    const name = keys.join('.');
    return `dlt.${isSecret(specification, keys) ? 'secrets' : 'config'}["${name}"]`;
  }

  function borderOf(expression: string, scope: ExportScope): string | undefined {
    const [, conversion = expression] = CONVERTED.exec(expression) ?? [];
    const found = [...conversion.matchAll(BORDER)].map(([all, key = '']) => ({ all, attribute: scope.border(keysIn(key)[0] as string) }));
    const [first] = found;
    if (first?.attribute === undefined || found.some(({ all }) => all !== first.all)) return undefined;
    const converted = conversion.replaceAll(`(${first.all})`, 'value').replaceAll(first.all, 'value');
    if (OTHERS.test(converted)) return undefined;
    return scope.convert(converted, first.attribute) ? `incremental.${first.attribute}` : undefined;
  }

  /** What an expression is in dlt: a reference to its config, or the name of a placeholder. */
  function counterpart(expression: string, scope: ExportScope): { reference: string } | { placeholder: string } | undefined {
    const [, config] = CONFIG.exec(expression) ?? [];
    if (config !== undefined) return { reference: reference(keysIn(config)) };
    const border = borderOf(expression, scope);
    if (border !== undefined) return { placeholder: border };
    const [, slice] = SLICE.exec(expression) ?? [];
    const placeholder = slice === undefined ? undefined : scope.slice(keysIn(slice));
    return placeholder === undefined ? undefined : { placeholder };
  }

  function write(template: string, path: string, scope: ExportScope, literal: (text: string) => string): string | undefined {
    const pieces = piecesOf(template);
    const lose = (): undefined => {
      reader.lose(path, `dlt has nothing for the template ${JSON.stringify(template)}.`);
      return undefined;
    };
    if (pieces === undefined) return lose();
    let written = '';
    for (const piece of pieces) {
      if ('text' in piece) {
        written += literal(piece.text);
        continue;
      }
      const found = counterpart(piece.expression, scope);
      if (found === undefined) return lose();
      if ('reference' in found && pieces.length === 1) return found.reference;
      written += `{${'reference' in found ? found.reference : found.placeholder}}`;
    }
    return written;
  }

  const text: TextExport['text'] = (template, path, scope) => write(template, path, scope, (part) => part.replace(/[{}]/g, '$&$&'));

  function value(given: Json, path: string, scope: ExportScope, isVerbatim: boolean): Json | undefined {
    if (typeof given === 'string') {
      const number = NUMBER.exec(given)?.[1];
      if (number !== undefined) return Number(number);
      if (!isVerbatim && mayBeTyped(given) && !given.includes('{{'))
        reader.lose(path, `The engine types the text ${JSON.stringify(given)}, dlt sends it as it stands.`);
      return text(given, path, scope);
    }
    if (Array.isArray(given)) {
      const items = given.map((item, index) => value(item, memberPath(path, index), scope, isVerbatim));
      return items.filter((item) => item !== undefined);
    }
    if (!isPlainObject(given)) return given;
    const result: JsonObject = {};
    for (const [key, item] of Object.entries(given as JsonObject)) {
      const written = value(item, memberPath(path, key), scope, isVerbatim);
      const name = text(key, path, scope);
      if (written !== undefined && name !== undefined) result[name] = written;
    }
    return result;
  }

  return { text, value, plain: (template, path) => write(template, path, NO_SCOPE, (part) => part) };
}

type Piece = { readonly text: string } | { readonly expression: string };

/** The literals and expressions of a template; undefined for one with blocks. Literals in quotes count as such. */
function piecesOf(template: string): Piece[] | undefined {
  const pieces: Piece[] = [];
  let at = 0;
  for (let start = template.indexOf('{{'); start >= 0; start = template.indexOf('{{', at)) {
    const end = expressionEnd(template, start + 2);
    if (end < 0) break;
    if (hasBlock(template.slice(at, start))) return undefined;
    if (start > at) pieces.push({ text: template.slice(at, start) });
    const expression = template.slice(start + 2, end).trim();
    const literal = literalOf(expression);
    pieces.push(literal === undefined ? { expression } : { text: literal });
    at = end + 2;
  }
  if (hasBlock(template.slice(at))) return undefined;
  if (at < template.length || pieces.length === 0) pieces.push({ text: template.slice(at) });
  return pieces;
}

function hasBlock(text: string): boolean {
  return /\{[%#]/.test(text);
}

/** Where the `}}` stands that closes an expression, outside of quotes; -1 when nothing closes it. */
function expressionEnd(template: string, start: number): number {
  const piece = /'(?:[^'\\]|\\[\s\S])*'|"(?:[^"\\]|\\[\s\S])*"|\}\}|[^'"]/y;
  piece.lastIndex = start;
  for (let found = piece.exec(template); found !== null; found = piece.exec(template)) {
    if (found[0] === '}}') return found.index;
  }
  return -1;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** The text of a literal in quotes; undefined for any other expression. */
export function literalOf(expression: string): string | undefined {
  const [, single, double] = /^(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")$/.exec(expression) ?? [];
  return (single ?? double)?.replace(/\\(.)/g, (_all, letter: string) => ESCAPES[letter] ?? letter);
}

function keysIn(path: string): string[] {
  return [...path.matchAll(ONE_KEY)].map((found) => found.slice(1).find((key) => key !== undefined) as string);
}

function isSecret(specification: JsonObject, keys: readonly string[]): boolean {
  let schema: Json | undefined = specification;
  for (const key of keys) {
    const properties: Json | undefined = isPlainObject(schema) ? ownProperty(schema as JsonObject, 'properties') : undefined;
    schema = isPlainObject(properties) ? ownProperty(properties as JsonObject, key) : undefined;
  }
  return isPlainObject(schema) && schema['airbyte_secret'] === true;
}

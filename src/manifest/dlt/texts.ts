import type { JsonObject } from '../../lib/json.ts';
import { isPlainObject } from '../../lib/objects.ts';
import { type Inputs, isSecretName } from './inputs.ts';
import { type Place, refuse, refuseCode, textAt } from './places.ts';
import { type Segment, templateOf } from './templates.ts';

/** Something that works but that the user should know of. */
export interface Warning {
  readonly path: string;
  readonly message: string;
}

/** What the compilation of a config collects. */
export interface Compilation {
  readonly inputs: Inputs;
  readonly warnings: Warning[];
}

const REFERENCE = /^dlt\.(secrets|config)(?:\[\s*(["'])(.+?)\2\s*\]|\.get\(\s*(["'])(.+?)\4\s*\)|\.value)$/;
const EMBEDDED = /\{(dlt\.(?:secrets|config)(?:\[\s*(?:"[^"]*"|'[^']*')\s*\]|\.value))\}/g;
const NAME = /^(?:[\p{L}_][\p{L}\p{N}_-]*(?:\.[\p{L}\p{N}_-]+)*|resources\.[^."{}:!]+\.[^"{}:!]+)$/u;

/** The expression for a text that is a reference such as `dlt.secrets["key"]`; undefined for any other text. */
export function referenceOf({ inputs }: Compilation, text: string, place: Place): string | undefined {
  const found = REFERENCE.exec(text.trim());
  if (found === null) return undefined;
  const [, kind, , indexed, , gotten] = found;
  const name = indexed ?? gotten ?? place.path.slice(place.path.lastIndexOf('.') + 1);
  return inputs.use(name, { isSecret: kind === 'secrets', isText: kind === 'secrets', description: `Used at ${place.path}.` });
}

/** A text without placeholders of resources: a literal, a reference, or a text with references in braces. */
export function plainSegments(compilation: Compilation, place: Place, what: string): Segment[] {
  const text = textAt(place, what);
  const whole = referenceOf(compilation, text, place);
  if (whole !== undefined) return [{ expression: whole }];
  const segments: Segment[] = [];
  let end = 0;
  for (const { 0: match, 1: reference = '', index } of text.matchAll(EMBEDDED)) {
    if (index > end) segments.push({ text: text.slice(end, index) });
    segments.push({ expression: referenceOf(compilation, reference, place) as string });
    end = index + match.length;
  }
  return end < text.length || segments.length === 0 ? [...segments, { text: text.slice(end) }] : segments;
}

/** The same as a text of the manifest. */
export function plainTemplate(compilation: Compilation, place: Place, what: string): string {
  return templateOf(plainSegments(compilation, place, what));
}

/** Gives the expression for the name in a placeholder; undefined for a name that it does not know. */
export type Resolve = (name: string, place: Place) => string | undefined;

/** A text with placeholders in braces, of which those that nothing fills come from the config; doubled braces stand for single ones. */
export function formatSegments(compilation: Compilation, place: Place, what: string, resolve: Resolve): Segment[] {
  const text = textAt(place, what);
  const whole = referenceOf(compilation, text, place);
  if (whole !== undefined) return [{ expression: whole }];
  return parseFormat(place, text).map((piece) => {
    if ('text' in piece) return piece;
    return { expression: expressionFor(compilation, place, piece.name, resolve) };
  });
}

function expressionFor(compilation: Compilation, place: Place, name: string, resolve: Resolve): string {
  const reference = referenceOf(compilation, name, place);
  if (reference !== undefined) return reference;
  if (!NAME.test(name)) {
    return refuse(place, `"{${name}}" is no placeholder.`, 'Double the braces that belong to the text: {{ and }}.');
  }
  const resolved = resolve(name, place);
  if (resolved !== undefined) return resolved;
  if (name.includes('.')) {
    return refuse(
      place,
      `The placeholder "{${name}}" is not known: it must begin with "resources." or, where the endpoint has "incremental", with "incremental.".`,
      'A value of the config has a name without a dot, or stands as {dlt.config["a.b"]}.',
    );
  }
  const isSecret = isSecretName(name);
  return compilation.inputs.use(name, { isSecret, isText: isSecret, description: `Fills {${name}} at ${place.path}.` });
}

type Piece = { readonly text: string } | { readonly name: string };

/** The pieces of a text as Python's str.format understands it. */
function parseFormat(place: Place, text: string): Piece[] {
  const pieces: Piece[] = [];
  let literal = '';
  let at = 0;
  while (at < text.length) {
    const letter = text[at] as string;
    if ((letter === '{' || letter === '}') && text[at + 1] === letter) {
      literal += letter;
      at += 2;
    } else if (letter === '{') {
      const end = endOfPlaceholder(place, text, at);
      if (literal !== '') pieces.push({ text: literal });
      literal = '';
      pieces.push({ name: nameIn(place, text.slice(at + 1, end)) });
      at = end + 1;
    } else if (letter === '}') {
      refuse(place, `A "}" stands alone in ${JSON.stringify(shortened(text))}.`, 'Double the braces that belong to the text: {{ and }}.');
    } else {
      literal += letter;
      at += 1;
    }
  }
  if (literal !== '' || pieces.length === 0) pieces.push({ text: literal });
  return pieces;
}

function endOfPlaceholder(place: Place, text: string, start: number): number {
  const end = text.indexOf('}', start);
  const inner = text.slice(start + 1, end);
  if (end > 0 && !inner.includes('{')) return end;
  return refuse(place, `A "{" has no end in ${JSON.stringify(shortened(text))}.`, 'Double the braces that belong to the text: {{ and }}.');
}

function nameIn(place: Place, inner: string): string {
  const name = inner.trim();
  if (REFERENCE.test(name) || !/[!:]/.test(name)) return name;
  if (/^[\w.]+(?:![rsa])?(?::[^"]*)?$/.test(name)) {
    return refuse(place, `The format in "{${name}}" is not possible here: a placeholder holds nothing but a name.`);
  }
  return name;
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}

/** A JSON value of any depth with its texts changed; Python code in it ends the compilation. */
export function mapTexts(place: Place, change: (text: Place) => unknown): unknown {
  const { value, path } = place;
  refuseCode(place);
  if (typeof value === 'string') return change(place);
  if (Array.isArray(value)) return value.map((item, index) => mapTexts({ value: item, path: `${path}[${index}]` }, change));
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([key, item]) => [
      change({ value: key, path: `${path}.${key}` }),
      mapTexts({ value: item, path: `${path}.${key}` }, change),
    ]),
  );
}

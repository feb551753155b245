import { type AnyDict, dictEntries, makeDict } from './dicts.ts';
import { getAttribute, modulo } from './operators.ts';
import { repr, str } from './repr.ts';
import { iterate } from './sequence.ts';
import {
  BoundMethod,
  Callable,
  isDict,
  isFloat,
  isInt,
  isList,
  type Keywords,
  PythonError,
  PythonObject,
  Tuple,
  tupleFrom,
  Undefined,
  type Value,
} from './values.ts';

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', "'": '&#39;', '"': '&#34;' };

/** A text that is safe in HTML: what is added to it is escaped. */
// parity: markupsafe:Markup
export class Markup extends PythonObject {
  readonly typeName = 'Markup';
  readonly text: string;

  constructor(text: string) {
    super();
    this.text = text;
  }

  override repr(): string {
    return `Markup(${repr(this.text)})`;
  }

  override str(): string {
    return this.text;
  }

  override length(): number {
    return [...this.text].length;
  }

  override iterate(): Iterable<Value> {
    return iterate(this.text);
  }

  override equals(other: Value): boolean {
    return plainText(other) === this.text;
  }

  /** The methods of a text, whose text arguments are escaped and whose text results are safe again. */
  override attribute(name: string): Value | undefined {
    const method = getAttribute(this.text, name);
    if (!(method instanceof Callable)) return undefined;
    return new MarkupMethod(this, name, (args, keywords) => this.#call(method, name, args, keywords));
  }

  #call(method: Callable, name: string, args: Value[], keywords: Keywords): Value {
    const escaped = name === 'join' ? [Array.from(iterate(args[0] ?? null), (item) => escapeValue(item).text)] : args.map(escapeText);
    const result = method.call(escaped, new Map([...keywords].map(([key, value]) => [key, escapeText(value)])));
    if (typeof result === 'string' && !PLAIN_METHODS.has(name)) return new Markup(result);
    return isList(result) ? result.map((item) => (typeof item === 'string' ? new Markup(item) : item)) : result;
  }
}

class MarkupMethod extends BoundMethod {
  override repr(): string {
    return `<bound method Markup.${this.name} of ${repr(this.owner)}>`;
  }
}

const PLAIN_METHODS: ReadonlySet<string> = new Set(['encode', 'casefold']);

/** The text of a value's escaped form; safe text stays as it is. */
export function escapeValue(value: Value): Markup {
  return value instanceof Markup ? value : new Markup(escapeHtml(str(value)));
}

function escapeText(value: Value): Value {
  return typeof value === 'string' ? escapeHtml(value) : plainText(value);
}

/** Escapes the five characters that mean something in HTML. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>'"]/g, (character) => ESCAPES[character] ?? character);
}

/** A safe text as an ordinary one, any other value as it is. */
export function plainText(value: Value): Value {
  return value instanceof Markup ? value.text : value;
}

/** `+` with a safe text on either side; raises TypeError when the other side is no text. */
export function addMarkup(left: Value, right: Value): Value {
  const texts = [left, right].map((side) => {
    if (side instanceof Markup) return side.text;
    if (typeof side === 'string') return escapeHtml(side);
    if (side instanceof Undefined) return side.fail();
    throw new PythonError('TypeError', 'can only concatenate str to Markup');
  });
  return new Markup(texts.join(''));
}

/** `%` with a safe text on the left: the texts that are filled in are escaped. */
export function formatMarkup(format: Markup, values: Value): Value {
  const escaped = values instanceof Tuple ? tupleFrom(values.map(escapeArgument)) : escapeArgument(values);
  return new Markup(str(modulo(format.text, isDict(values) ? makeDict(escapedEntries(values)) : escaped)));
}

function escapedEntries(values: AnyDict): [Value, Value][] {
  return Array.from(dictEntries(values), ([key, value]) => [key, escapeArgument(value)]);
}

function escapeArgument(value: Value): Value {
  return isInt(value) || isFloat(value) || typeof value === 'boolean' ? value : escapeValue(value).text;
}

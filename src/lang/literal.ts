import { Complex } from './complex.ts';
import { makeDict } from './dicts.ts';
import { MAX_INT_DIGITS } from './repr.ts';
import { ELLIPSIS, makeFloat, makeInt, PySet, PythonError, Tuple, tupleFrom, type Value } from './values.ts';

// parity: CPython Parser/tokenizer.h:MAXLEVEL
const MOST_BRACKETS = 200;

// What each ASCII character means at the start of a text: nothing that begins a literal, a digit, a letter to look at, anything else.
const NO_START = 0;
const DIGIT = 1;
const LETTER = 2;
const OTHER = 3;

const STARTS = new Uint8Array(128);
for (const character of '0123456789') STARTS[character.charCodeAt(0)] = DIGIT;
for (const character of 'TFNsbBrRuU') STARTS[character.charCodeAt(0)] = LETTER;
for (const character of '\'"([{-+.#\\ \t\n\r\f') STARTS[character.charCodeAt(0)] = OTHER;

const LETTER_START = /^(?:(?:True|False|None)(?!\w)|set[\s(\\]|(?:[bB][rR]?|[rR][bB]?|[uU])['"])/;
const AFTER_DIGITS = /^[.,eExXoObBjJ\s#\\]/;

/** Whether a look at the beginning tells that the text is no Python literal; false leaves it open. */
export function isPlainText(text: string): boolean {
  const code = text.charCodeAt(0);
  if (!(code < 128)) return true;
  switch (STARTS[code]) {
    case NO_START:
      return true;
    case DIGIT:
      return isPlainAfterDigits(text);
    case LETTER:
      return !LETTER_START.test(text);
    default:
      return false;
  }
}

function isPlainAfterDigits(text: string): boolean {
  let position = 1;
  let code = text.charCodeAt(1);
  while ((code >= 48 && code <= 57) || code === 95) code = text.charCodeAt(++position);
  if (position >= text.length) return false;
  // A sign can only go on a complex number, which names its imaginary part.
  if (code === 45 || code === 43) return !text.includes('j') && !text.includes('J');
  return !AFTER_DIGITS.test(text[position] as string);
}

/** `ast.literal_eval` of a text; undefined where that raises ValueError, SyntaxError or TypeError, and for a complex number. */
// parity: CPython Lib/ast.py:literal_eval
export function parseLiteral(text: string): Value | undefined {
  if (isPlainText(text)) return undefined;
  const frequent = frequentLiteral(text);
  if (frequent !== undefined) return frequent;
  if (text.includes('\0') || !text.isWellFormed()) return undefined;
  try {
    const value = new LiteralParser(text).parse();
    return value instanceof Complex ? undefined : value;
  } catch (error) {
    if (error instanceof NoLiteral || (error instanceof PythonError && error.type === 'TypeError')) return undefined;
    throw error;
  }
}

const PLAIN_NUMBER = /^-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]+)?$/;

const CONSTANTS: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['True', true],
  ['False', false],
  ['None', null],
]);

/** The value of a plain number or constant, which the parser need not see; undefined for any other text. */
function frequentLiteral(text: string): Value | undefined {
  const code = text.charCodeAt(0);
  if (code > 57) return CONSTANTS.get(text);
  if (!PLAIN_NUMBER.test(text)) return undefined;
  return text.includes('.') ? makeFloat(Number(text)) : Number(text) + 0;
}

class NoLiteral extends Error {}

function refuse(): never {
  throw new NoLiteral();
}

// One parsed item, and whether it is a bare number, the only thing that takes a sign.
interface Item {
  readonly value: Value;
  readonly number: boolean;
}

const PREFIXED_STRING = /([bB][rR]?|[rR][bB]?|[uU])?('''|"""|'|")/y;
const RADIX_NUMBER = /0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+/y;
const NUMBER =
  /(?:[0-9](?:_?[0-9])*)?\.[0-9](?:_?[0-9])*(?:[eE][-+]?[0-9](?:_?[0-9])*)?|[0-9](?:_?[0-9])*(?:\.(?:[eE][-+]?[0-9](?:_?[0-9])*)?|[eE][-+]?[0-9](?:_?[0-9])*)?/y;
const NAME = /[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*/y;
const NAME_PART = /[A-Za-z0-9_\u0080-\uffff]/;

class LiteralParser {
  readonly #text: string;
  #position = 0;
  #brackets = 0;

  constructor(text: string) {
    const start = text.replace(/^[ \t]+/, '');
    this.#text = start.includes('\r') ? start.replace(/\r\n?/g, '\n') : start;
  }

  parse(): Value {
    this.#skipBlankLines();
    const first = this.#sum().value;
    const value = this.#peek() === ',' ? tupleFrom([first, ...this.#others('')]) : first;
    while (this.#peek() === '\n') this.#skipBlankLines();
    return this.#peek() === '' ? value : refuse();
  }

  /** Goes to the first line that holds more than blanks and a comment; that line must not be indented. */
  #skipBlankLines(): void {
    const blank = /(?:(?:[ \t\f]|\\\n)*(?:#[^\n]*)?\n)*/y;
    blank.lastIndex = this.#position;
    blank.exec(this.#text);
    this.#position = blank.lastIndex;
    const indent = /(?:[ \t\f]|\\\n)*/y;
    indent.lastIndex = this.#position;
    const skipped = indent.exec(this.#text)?.[0] as string;
    const blanks = skipped.replaceAll('\\\n', '');
    this.#position = indent.lastIndex;
    if (skipped.endsWith('\n') && this.#position === this.#text.length) refuse();
    // A form feed sets the column back to zero.
    if (/[ \t]$/.test(blanks) && this.#text[this.#position] !== '#') refuse();
  }

  /** The next character that means something, without taking it: '' at the end, '\n' for a line's end outside brackets. */
  #peek(): string {
    const text = this.#text;
    for (;;) {
      const character = text[this.#position];
      if (character === undefined) return '';
      if (character === '#') this.#skipComment();
      else if (character === '\\') this.#joinLines();
      else if (character === ' ' || character === '\t' || character === '\f' || (character === '\n' && this.#brackets > 0))
        this.#position++;
      else return character;
    }
  }

  #skipComment(): void {
    const end = this.#text.indexOf('\n', this.#position);
    this.#position = end < 0 ? this.#text.length : end;
  }

  #joinLines(): void {
    if (this.#text[this.#position + 1] !== '\n' || this.#position + 2 >= this.#text.length) refuse();
    this.#position += 2;
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#position++;
    return true;
  }

  /** The items behind each comma up to the closing character, which is left; a comma may stand at the end. */
  #others(closing: string): Value[] {
    const items: Value[] = [];
    while (this.#take(',')) {
      const next = this.#peek();
      if (next === closing || (closing === '' && next === '\n')) break;
      items.push(this.#sum().value);
    }
    return items;
  }

  /** A value, or a real number and an imaginary one added or subtracted. */
  #sum(): Item {
    const left = this.#signed();
    const operator = this.#peek();
    if (operator !== '+' && operator !== '-') return left;
    this.#position++;
    const right = this.#primary();
    if (!left.number || left.value instanceof Complex || !(right.value instanceof Complex)) refuse();
    const real = new Complex(Number(left.value), 0);
    return { value: operator === '+' ? real.add(right.value) : real.subtract(right.value), number: false };
  }

  #signed(): Item {
    const sign = this.#peek();
    if (sign !== '-' && sign !== '+') return this.#primary();
    this.#position++;
    const { value, number } = this.#primary();
    if (!number) refuse();
    // A signed number takes no other sign, but may still be added to an imaginary one.
    return { value: sign === '-' ? negateNumber(value) : value, number: true };
  }

  #primary(): Item {
    const character = this.#peek();
    switch (character) {
      case '(':
        return this.#parenthesis();
      case '[':
        return { value: this.#inBrackets(']', () => this.#list()), number: false };
      case '{':
        return { value: this.#inBrackets('}', () => this.#braces()), number: false };
      case '':
      case '\n':
        return refuse();
      default:
        break;
    }
    if (character >= '0' && character <= '9') return this.#number();
    if (character === '.') return this.#text.startsWith('...', this.#position) ? this.#ellipsis() : this.#number();
    return this.#match(PREFIXED_STRING, false) ? { value: this.#strings(), number: false } : this.#name();
  }

  #ellipsis(): Item {
    this.#position += 3;
    return { value: ELLIPSIS, number: false };
  }

  #inBrackets<T>(closing: string, read: () => T): T {
    if (++this.#brackets > MOST_BRACKETS) refuse();
    this.#position++;
    const value = read();
    if (this.#peek() !== closing) refuse();
    this.#position++;
    this.#brackets--;
    return value;
  }

  #parenthesis(): Item {
    return this.#inBrackets(')', () => {
      if (this.#peek() === ')') return { value: new Tuple(), number: false };
      const first = this.#sumOrSigned();
      if (this.#peek() !== ',') return first;
      return { value: tupleFrom([first.value, ...this.#others(')')]), number: false };
    });
  }

  // What stands alone in parentheses counts as itself: a bare number may take a sign outside, a signed one may not.
  #sumOrSigned(): Item {
    const sign = this.#peek();
    const item = this.#sum();
    return sign === '-' || sign === '+' ? { value: item.value, number: false } : item;
  }

  #list(): Value[] {
    if (this.#peek() === ']') return [];
    const first = this.#sum().value;
    return [first, ...this.#others(']')];
  }

  #braces(): Value {
    if (this.#peek() === '}') return {};
    const first = this.#sum().value;
    if (!this.#take(':')) return new PySet([first, ...this.#others('}')]);
    const pairs: [Value, Value][] = [[first, this.#sum().value]];
    while (this.#take(',') && this.#peek() !== '}') {
      const key = this.#sum().value;
      if (!this.#take(':')) refuse();
      pairs.push([key, this.#sum().value]);
    }
    return makeDict(pairs);
  }

  #name(): Item {
    const name = this.#match(NAME, true)?.[0];
    if (name === undefined) refuse();
    if (name === 'set') return { value: this.#emptySet(), number: false };
    const value = CONSTANTS.get(name);
    return value === undefined ? refuse() : { value, number: false };
  }

  #emptySet(): PySet {
    if (this.#peek() !== '(') refuse();
    return this.#inBrackets(')', () => new PySet());
  }

  #match(pattern: RegExp, take: boolean): RegExpExecArray | undefined {
    pattern.lastIndex = this.#position;
    const match = pattern.exec(this.#text);
    if (match && take) this.#position += match[0].length;
    return match ?? undefined;
  }

  #number(): Item {
    const radix = this.#match(RADIX_NUMBER, true)?.[0];
    const text = (radix ?? this.#match(NUMBER, true)?.[0])?.replaceAll('_', '');
    if (text === undefined) refuse();
    const value = radix === undefined ? this.#decimal(text) : makeInt(BigInt(text.toLowerCase()));
    if (NAME_PART.test(this.#text[this.#position] ?? '')) refuse();
    return { value, number: true };
  }

  #decimal(text: string): Value {
    const next = this.#text[this.#position];
    if (next === 'j' || next === 'J') {
      this.#position++;
      return new Complex(0, Number(text));
    }
    if (/[.eE]/.test(text)) return makeFloat(Number(text));
    // Zeros may lead nothing but zero.
    if (text.length > MAX_INT_DIGITS || /^0+[1-9]/.test(text)) refuse();
    return text.length < 16 ? Number(text) : makeInt(BigInt(text));
  }

  /** Strings that follow one another, joined; all of them bytes or none. */
  #strings(): Value {
    let text = '';
    let isBytes: boolean | undefined;
    while (/['"bBrRuU]/.test(this.#peek())) {
      const match = this.#match(PREFIXED_STRING, true);
      if (!match) break;
      const [, prefix = '', quote] = match as unknown as [string, string | undefined, string];
      const bytes = /b/i.test(prefix);
      if (isBytes !== undefined && isBytes !== bytes) refuse();
      isBytes = bytes;
      const body = this.#stringBody(quote);
      if (bytes && /[^\0-\x7f]/.test(body)) refuse();
      text += /r/i.test(prefix) ? body : unescapeBody(body, bytes);
    }
    return isBytes ? Uint8Array.from(text, (character) => character.charCodeAt(0)) : text;
  }

  /** What stands between the quotes, as it is written. */
  #stringBody(quote: string): string {
    const start = this.#position;
    for (let position = start; position < this.#text.length; position++) {
      const character = this.#text[position];
      if (character === '\\') position++;
      else if (character === '\n' && quote.length === 1) return refuse();
      else if (character === quote[0] && this.#text.startsWith(quote, position)) {
        this.#position = position + quote.length;
        return this.#text.slice(start, position);
      }
    }
    return refuse();
  }
}

function negateNumber(value: Value): Value {
  if (value instanceof Complex) return value.negate();
  if (typeof value === 'bigint') return -value;
  if (typeof value === 'number') return Number.isInteger(value) ? 0 - value : -value;
  return makeFloat(-Number(value));
}

const ESCAPE = /\\(?:([0-7]{1,3})|(x)([0-9a-fA-F]{2})?|(u)([0-9a-fA-F]{4})?|(U)([0-9a-fA-F]{8})?|([\s\S]))/g;

const SIMPLE_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\n', ''],
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
]);

/** The text that a string's source stands for; characters by name are refused, since their names are not known here. */
function unescapeBody(source: string, isBytes: boolean): string {
  if (!source.includes('\\')) return source;
  return source.replace(ESCAPE, (whole, octal, x, hex, u, short, U, long, other) => {
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & (isBytes ? 0xff : 0x1ff));
    if (x !== undefined) return hex === undefined ? refuse() : String.fromCharCode(Number.parseInt(hex, 16));
    if (isBytes && other === undefined) return whole;
    if (u !== undefined) return short === undefined ? refuse() : String.fromCharCode(Number.parseInt(short, 16));
    if (U !== undefined) return long === undefined ? refuse() : longEscape(Number.parseInt(long, 16));
    if (other === 'N' && !isBytes) return refuse();
    return SIMPLE_ESCAPES.get(other) ?? whole;
  });
}

function longEscape(code: number): string {
  return code > 0x10ffff ? refuse() : String.fromCodePoint(code);
}

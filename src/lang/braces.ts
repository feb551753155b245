import { formatValue } from './format-spec.ts';
import { ascii, repr, reprText, str } from './repr.ts';
import { digitsToAscii, isDecimal } from './unicode.ts';
import { PythonError, type Value } from './values.ts';

/** Where the fields of a format find their values. */
export interface FieldSource {
  /** The value of a positional field; undefined when there is none. */
  position(index: number): Value | undefined;
  /** The value of a named field; undefined when there is none. */
  name(name: string): Value | undefined;
  attribute(value: Value, name: string): Value;
  item(value: Value, key: Value): Value;
}

interface Part {
  readonly literal: string;
  readonly field?: { readonly name: string; readonly spec: string; readonly conversion: string };
}

type Numbering = number | 'manual';

const DEEPEST_NESTING = 2;

function fail(message: string): never {
  throw new PythonError('ValueError', message);
}

/** Python's `str.format`; raises ValueError for a malformed text, IndexError and KeyError for a value that is not there. */
// parity: CPython Lib/string.py:Formatter.vformat
export function formatBraces(text: string, source: FieldSource): string {
  return expand(text, source, DEEPEST_NESTING, 0)[0];
}

function expand(text: string, source: FieldSource, depth: number, numbering: Numbering): [text: string, numbering: Numbering] {
  if (depth < 0) fail('Max string recursion exceeded');
  let out = '';
  let next = numbering;
  for (const { literal, field } of parseParts(text)) {
    out += literal;
    if (!field) continue;
    let { name } = field;
    if (name === '') {
      if (next === 'manual') fail('cannot switch from manual field specification to automatic field numbering');
      name = String(next);
      next++;
    } else if (isDigits(name)) {
      if (next !== 'manual' && next > 0) fail('cannot switch from manual field specification to automatic field numbering');
      next = 'manual';
    }
    const value = convertValue(readField(name, source), field.conversion);
    const [spec, after] = expand(field.spec, source, depth - 1, next);
    next = after;
    out += formatValue(value, spec);
  }
  return [out, next];
}

function isDigits(text: string): boolean {
  for (const character of text) if (!isDecimal(character)) return false;
  return true;
}

function convertValue(value: Value, conversion: string): Value {
  switch (conversion) {
    case '':
      return value;
    case 's':
      return str(value);
    case 'r':
      return repr(value);
    case 'a':
      return ascii(value);
    default:
      return fail(`Unknown conversion specifier ${conversion}`);
  }
}

// parity: CPython Objects/stringlib/unicode_format.h:MarkupIterator_next
function* parseParts(text: string): Iterable<Part> {
  let position = 0;
  while (position < text.length) {
    const start = position;
    while (position < text.length && text[position] !== '{' && text[position] !== '}') position++;
    if (position >= text.length) {
      yield { literal: text.slice(start) };
      return;
    }
    const brace = text[position] as string;
    if (text[position + 1] === brace) {
      yield { literal: text.slice(start, position + 1) };
      position += 2;
      continue;
    }
    if (brace === '}') fail("Single '}' encountered in format string");
    if (position + 1 >= text.length) fail("Single '{' encountered in format string");
    const [field, end] = parseField(text, position + 1);
    yield { literal: text.slice(start, position), field };
    position = end;
  }
}

// parity: CPython Objects/stringlib/unicode_format.h:parse_field
function parseField(text: string, start: number): [field: NonNullable<Part['field']>, end: number] {
  let position = start;
  let character = '';
  while (position < text.length) {
    character = text[position++] as string;
    if (character === '{') fail("unexpected '{' in field name");
    if (character === '[') while (position < text.length && text[position] !== ']') position++;
    else if ('}:!'.includes(character)) break;
  }
  const name = text.slice(start, position - 1);
  if (character === '}') return [{ name, spec: '', conversion: '' }, position];
  if (character !== ':' && character !== '!') fail("expected '}' before end of string");
  let conversion = '';
  if (character === '!') {
    if (position >= text.length) fail('end of string while looking for conversion specifier');
    conversion = String.fromCodePoint(text.codePointAt(position) as number);
    position += conversion.length;
    const after = text[position++];
    if (after === '}') return [{ name, spec: '', conversion }, position];
    if (after !== undefined && after !== ':') fail("expected ':' after conversion specifier");
  }
  const end = specEnd(text, position);
  return [{ name, spec: text.slice(position, end), conversion }, end + 1];
}

function specEnd(text: string, start: number): number {
  let open = 1;
  for (let position = start; position < text.length; position++) {
    if (text[position] === '{') open++;
    else if (text[position] === '}' && --open === 0) return position;
  }
  return fail("unmatched '{' in format spec");
}

// parity: CPython Objects/stringlib/unicode_format.h:formatter_field_name_split
function readField(name: string, source: FieldSource): Value {
  const head = /^[^.[]*/.exec(name)?.[0] as string;
  let value = readHead(head, source);
  let position = head.length;
  while (position < name.length) {
    const opening = name[position++];
    if (opening === '.') {
      const end = endOf(name, position, /[.[]/g);
      value = source.attribute(value, notEmpty(name.slice(position, end)));
      position = end;
    } else if (opening === '[') {
      const end = name.indexOf(']', position);
      if (end < 0) fail("Missing ']' in format string");
      const key = notEmpty(name.slice(position, end));
      value = source.item(value, fieldIndex(key) ?? key);
      position = end + 1;
    } else fail("Only '.' or '[' may follow ']' in format field specifier");
  }
  return value;
}

function endOf(text: string, start: number, stop: RegExp): number {
  stop.lastIndex = start;
  return stop.exec(text)?.index ?? text.length;
}

function notEmpty(part: string): string {
  return part === '' ? fail('Empty attribute in format string') : part;
}

function readHead(head: string, source: FieldSource): Value {
  const index = fieldIndex(head);
  const value = index === undefined ? source.name(head) : source.position(index);
  if (value !== undefined) return value;
  if (index === undefined) throw new PythonError('KeyError', reprText(head));
  throw new PythonError('IndexError', 'Replacement index is out of range for positional args tuple');
}

/** The number a part of a field name stands for, undefined when it is a name. */
function fieldIndex(part: string): number | undefined {
  if (!/^\p{Nd}+$/u.test(part)) return undefined;
  const index = Number(digitsToAscii(part));
  if (index > Number.MAX_SAFE_INTEGER) fail('Too many decimal digits in format string');
  return index;
}

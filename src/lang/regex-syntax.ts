import { BLANKS } from '../lib/trim.ts';
import { isIdentifierPart, isIdentifierStart } from './unicode.ts';
import { PythonError } from './values.ts';

/** A Python pattern in JavaScript's syntax (flag `v`). */
export interface TranslatedPattern {
  readonly source: string;
  readonly ignoreCase: boolean;
  /** How many groups the pattern has; the one of number N is named by `groupName`. */
  readonly groups: number;
  readonly names: ReadonlyMap<string, number>;
}

interface Flags {
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
  readonly verbose: boolean;
  readonly ascii: boolean;
}

// A piece of the pattern with the lengths, in characters, of what it can match.
interface Piece {
  readonly source: string;
  readonly shortest: number;
  readonly longest: number;
  readonly kind: 'plain' | 'position' | 'assertion' | 'repeat';
}

const FLAG_NAMES: Readonly<Record<string, keyof Flags | 'unicode' | 'locale'>> = {
  i: 'ignoreCase',
  m: 'multiline',
  s: 'dotAll',
  x: 'verbose',
  a: 'ascii',
  u: 'unicode',
  L: 'locale',
};

const NO_FLAGS: Flags = { ignoreCase: false, multiline: false, dotAll: false, verbose: false, ascii: false };

// Without the flag m these are the ends of the text.
const START = '^';
const END = '$';

const CONTROL_ESCAPES: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, '\\': 92 };

const LARGEST_REPEAT = 4_294_967_295;

function fail(message: string): never {
  throw new PythonError('error', message);
}

/** The JavaScript name of a Python group, by its number. */
export function groupName(index: number): string {
  return `g${index}`;
}

/** Translates a pattern of Python's `re`; raises the PythonError `error` for what Python refuses, and for conditional groups. */
// parity: CPython Lib/re/_parser.py:parse
export function translatePattern(pattern: string): TranslatedPattern {
  return new PatternTranslator(pattern).translate();
}

class PatternTranslator {
  readonly #characters: readonly string[];
  #position = 0;
  #flags: Flags = NO_FLAGS;
  // The shortest and longest match of each group that is closed, undefined while it is open; the first is the whole match.
  readonly #groups: (readonly [number, number] | undefined)[] = [undefined];
  readonly #names = new Map<string, number>();
  #atomicGroups = 0;
  // Groups opened before the outermost lookbehind that is open; those inside it cannot be referred to there.
  #groupsBeforeLookbehind: number | undefined;

  constructor(pattern: string) {
    this.#characters = Array.from(pattern);
  }

  translate(): TranslatedPattern {
    const piece = this.#alternatives(this.#flags, true);
    if (this.#next() !== undefined) fail('unbalanced parenthesis');
    return { source: piece.source, ignoreCase: this.#flags.ignoreCase, groups: this.#groups.length - 1, names: this.#names };
  }

  #next(): string | undefined {
    return this.#characters[this.#position];
  }

  #take(): string {
    return this.#characters[this.#position++] ?? fail('unexpected end of pattern');
  }

  #accept(character: string): boolean {
    if (this.#next() !== character) return false;
    this.#position++;
    return true;
  }

  #until(terminator: string, what: string): string {
    let text = '';
    for (;;) {
      const character = this.#next();
      if (character === undefined) fail(text === '' ? `missing ${what}` : `missing ${terminator}, unterminated name`);
      this.#position++;
      if (character === terminator) return text === '' ? fail(`missing ${what}`) : text;
      text += character;
    }
  }

  #alternatives(flags: Flags, outermost = false): Piece {
    const branches = [this.#sequence(flags, outermost)];
    // Flags set at the very beginning hold for the whole pattern.
    while (this.#accept('|')) branches.push(this.#sequence(outermost ? this.#flags : flags, false));
    if (branches.length === 1) return branches[0] as Piece;
    return {
      source: branches.map((branch) => branch.source).join('|'),
      shortest: Math.min(...branches.map((branch) => branch.shortest)),
      longest: Math.max(...branches.map((branch) => branch.longest)),
      kind: 'plain',
    };
  }

  #sequence(given: Flags, first: boolean): Piece {
    const pieces: Piece[] = [];
    let flags = given;
    for (;;) {
      const character = this.#next();
      if (character === undefined || character === '|' || character === ')') break;
      this.#position++;
      if (flags.verbose && /[ \t\n\r\v\f]/.test(character)) continue;
      if (flags.verbose && character === '#') {
        while (this.#next() !== undefined && this.#take() !== '\n');
        continue;
      }
      if (character === '(') {
        const group = this.#group(flags, first && pieces.length === 0);
        if (group) pieces.push(group);
        else if (first) flags = this.#flags;
      } else if (!this.#repeat(character, pieces)) pieces.push(this.#atom(character, flags));
    }
    return {
      source: pieces.map((piece) => piece.source).join(''),
      shortest: pieces.reduce((sum, piece) => sum + piece.shortest, 0),
      longest: pieces.reduce((sum, piece) => sum + piece.longest, 0),
      kind: 'plain',
    };
  }

  #atom(character: string, flags: Flags): Piece {
    switch (character) {
      case '\\':
        return this.#escape(flags);
      case '[':
        return one(this.#characterClass(flags));
      case '.':
        return one(flags.dotAll ? '[\\s\\S]' : '[^\\n]');
      case '^':
        return position(flags.multiline ? '(?<![^\\n])' : START);
      case '$':
        return position(flags.multiline ? '(?![^\\n])' : `(?=\\n?${END})`);
      default:
        return one(literal(character));
    }
  }

  /** Replaces the last piece by its repetition when the character begins one; false when it does not. */
  #repeat(character: string, pieces: Piece[]): boolean {
    const bounds = this.#repeatBounds(character);
    if (!bounds) return false;
    const [least, most] = bounds;
    const item = pieces.at(-1);
    if (!item || item.kind === 'position') fail('nothing to repeat');
    if (item.kind === 'repeat') fail('multiple repeat');
    const quantifier = `{${least},${most === LARGEST_REPEAT ? '' : most}}`;
    const body = item.kind === 'assertion' ? `(?:${item.source})` : item.source;
    pieces[pieces.length - 1] = {
      source: this.#repetition(body, quantifier),
      shortest: item.shortest * least,
      longest: item.longest === 0 ? 0 : Math.min(item.longest * most, LARGEST_REPEAT),
      kind: 'repeat',
    };
    return true;
  }

  #repetition(body: string, quantifier: string): string {
    if (this.#accept('?')) return `${body}${quantifier}?`;
    return this.#accept('+') ? this.#atomic(`${body}${quantifier}`) : `${body}${quantifier}`;
  }

  // What a lookahead has matched is never tried again in another way.
  #atomic(source: string): string {
    const name = `a${++this.#atomicGroups}`;
    return `(?:(?=(?<${name}>${source}))\\k<${name}>)`;
  }

  #repeatBounds(character: string): [least: number, most: number] | undefined {
    if (character === '*') return [0, LARGEST_REPEAT];
    if (character === '+') return [1, LARGEST_REPEAT];
    if (character === '?') return [0, 1];
    if (character !== '{' || this.#next() === '}') return undefined;
    const match = /^(\d*)(?:(,)(\d*))?\}/.exec(this.#ahead());
    if (!match) return undefined;
    const [whole, low, comma = '', high = ''] = match as unknown as [string, string, string?, string?];
    this.#position += whole.length;
    const least = low === '' ? 0 : repeatCount(low);
    const most = comma === '' ? least : high === '' ? LARGEST_REPEAT : repeatCount(high);
    if (most < least) fail('min repeat greater than max repeat');
    return [least, most];
  }

  #ahead(): string {
    return this.#characters.slice(this.#position, this.#position + 64).join('');
  }

  /** What stands in parentheses, the opening one being taken; undefined for flags and comments, which match nothing. */
  #group(flags: Flags, first: boolean): Piece | undefined {
    if (!this.#accept('?')) return this.#capture(flags, undefined);
    const character = this.#take();
    switch (character) {
      case 'P':
        return this.#pythonGroup(flags);
      case ':':
        return this.#enclosed('(?:', flags);
      case '#':
        while (this.#next() !== undefined) if (this.#take() === ')') return undefined;
        return fail('missing ), unterminated comment');
      case '=':
      case '!':
        return this.#lookaround(`(?${character}`, flags);
      case '<':
        return this.#lookbehind(flags);
      case '>': {
        const piece = this.#enclosed('(?:', flags);
        return { ...piece, source: this.#atomic(piece.source) };
      }
      case '(':
        throw new PythonError('NotImplementedError', 'conditional groups are not supported in regular expressions');
      default:
        return this.#flagGroup(character, flags, first);
    }
  }

  /** Reads up to the closing parenthesis. */
  #body(flags: Flags): Piece {
    const piece = this.#alternatives(flags);
    if (!this.#accept(')')) fail('missing ), unterminated subpattern');
    return piece;
  }

  #enclosed(opening: string, flags: Flags): Piece {
    const piece = this.#body(flags);
    return { ...piece, source: `${opening}${piece.source})` };
  }

  #capture(flags: Flags, name: string | undefined): Piece {
    const index = this.#groups.length;
    if (name !== undefined) {
      if (this.#names.has(name)) fail(`redefinition of group name '${name}' as group ${index}`);
      this.#names.set(name, index);
    }
    this.#groups.push(undefined);
    const piece = this.#enclosed(`(?<${groupName(index)}>`, flags);
    this.#groups[index] = [piece.shortest, piece.longest];
    return piece;
  }

  #pythonGroup(flags: Flags): Piece {
    if (this.#accept('<')) return this.#capture(flags, this.#groupNameUntil('>'));
    if (!this.#accept('=')) fail(`unknown extension ?P${this.#take()}`);
    const name = this.#groupNameUntil(')');
    return this.#reference(this.#names.get(name) ?? fail(`unknown group name '${name}'`));
  }

  #groupNameUntil(terminator: string): string {
    const name = this.#until(terminator, 'group name');
    const [first, ...rest] = Array.from(name);
    if (!isIdentifierStart(first as string) || !rest.every(isIdentifierPart)) fail(`bad character in group name '${name}'`);
    return name;
  }

  #reference(index: number): Piece {
    const width = this.#groups[index];
    if (width === undefined) fail('cannot refer to an open group');
    if (this.#groupsBeforeLookbehind !== undefined && index >= this.#groupsBeforeLookbehind) {
      fail('cannot refer to group defined in the same lookbehind subpattern');
    }
    return { source: `\\k<${groupName(index)}>`, shortest: width[0], longest: width[1], kind: 'plain' };
  }

  #lookaround(opening: string, flags: Flags): Piece {
    return { source: this.#enclosed(opening, flags).source, shortest: 0, longest: 0, kind: 'assertion' };
  }

  #lookbehind(flags: Flags): Piece {
    const character = this.#take();
    if (character !== '=' && character !== '!') fail(`unknown extension ?<${character}`);
    const before = this.#groupsBeforeLookbehind;
    this.#groupsBeforeLookbehind ??= this.#groups.length;
    const piece = this.#enclosed(`(?<${character}`, flags);
    this.#groupsBeforeLookbehind = before;
    if (piece.shortest !== piece.longest) fail('look-behind requires fixed-width pattern');
    return { source: piece.source, shortest: 0, longest: 0, kind: 'assertion' };
  }

  /** `(?i)` at the beginning of the pattern, or `(?i-m:...)`. */
  #flagGroup(character: string, flags: Flags, first: boolean): Piece | undefined {
    if (character !== '-' && FLAG_NAMES[character] === undefined) fail(`unknown extension ?${character}`);
    this.#position--;
    const on = this.#flagLetters();
    if (this.#accept(')')) {
      if (!first) fail('global flags not at the start of the expression');
      this.#flags = withFlags(this.#flags, on, true);
      return undefined;
    }
    const off = this.#accept('-') ? this.#flagLetters() : '';
    if (!this.#accept(':')) fail('missing -, : or )');
    checkFlags(on, off, this.#characters[this.#position - 2] === '-');
    const inner = withFlags(withFlags(flags, on, true), off, false);
    const changes = inner.ignoreCase === flags.ignoreCase ? '' : inner.ignoreCase ? 'i' : '-i';
    return this.#enclosed(`(?${changes}:`, inner);
  }

  #flagLetters(): string {
    let letters = '';
    for (;;) {
      const character = this.#next();
      if (character === undefined || ')-:'.includes(character)) return letters;
      const name = FLAG_NAMES[character];
      if (name === undefined) fail('unknown flag');
      if (name === 'locale') fail("bad inline flags: cannot use 'L' flag with a str pattern");
      letters += character;
      if (letters.includes('a') && letters.includes('u')) fail("bad inline flags: flags 'a', 'u' and 'L' are incompatible");
      this.#position++;
    }
  }

  #escape(flags: Flags): Piece {
    const character = this.#next() ?? fail('bad escape (end of pattern)');
    this.#position++;
    const word = wordSet(flags);
    switch (character) {
      case 'A':
        return position(START);
      case 'Z':
        return position(END);
      case 'b':
        return position(`(?:(?<=[${word}])(?![${word}])|(?<![${word}])(?=[${word}]))`);
      case 'B':
        // An empty text has no such place.
        return position(`(?!${START}${END})(?:(?<=[${word}])(?=[${word}])|(?<![${word}])(?![${word}]))`);
      default:
        break;
    }
    const category = categorySet(character, flags);
    if (category !== undefined) return one(`[${category}]`);
    if (character >= '1' && character <= '9') return this.#numberEscape(character);
    return one(literal(this.#characterEscape(character, false)));
  }

  /** Three octal digits are a character, anything else a reference to a group. */
  #numberEscape(first: string): Piece {
    const octal = /^[0-3][0-7]{2}|^[4-7][0-7]{2}/.exec(first + this.#ahead())?.[0];
    if (octal !== undefined) {
      const code = Number.parseInt(octal, 8);
      if (code > 0o377) fail(`octal escape value \\${octal} outside of range 0-0o377`);
      this.#position += 2;
      return one(literal(String.fromCodePoint(code)));
    }
    const second = /^\d/.test(this.#ahead()) ? this.#take() : '';
    const index = Number(first + second);
    if (index >= this.#groups.length) fail(`invalid group reference ${index}`);
    return this.#reference(index);
  }

  /** The character that an escape stands for, `first` being the one behind the backslash. */
  #characterEscape(first: string, inClass: boolean): string {
    const control = CONTROL_ESCAPES[first];
    if (control !== undefined) return String.fromCodePoint(control);
    if (first === 'x') return this.#hexEscape(2);
    if (first === 'u') return this.#hexEscape(4);
    if (first === 'U') return this.#hexEscape(8);
    if (first >= '0' && first <= '7' && (inClass || first === '0')) return this.#octalEscape(first);
    if (/[0-9a-zA-Z]/.test(first)) fail(`bad escape \\${first}`);
    return first;
  }

  #hexEscape(digits: number): string {
    const match = new RegExp(`^[0-9a-fA-F]{${digits}}`).exec(this.#ahead());
    if (!match) fail('incomplete escape');
    this.#position += digits;
    const code = Number.parseInt(match[0], 16);
    return code > 0x10ffff ? fail('bad escape') : String.fromCodePoint(code);
  }

  #octalEscape(first: string): string {
    const digits = /^[0-7]{0,2}/.exec(this.#ahead())?.[0] as string;
    this.#position += digits.length;
    const code = Number.parseInt(first + digits, 8);
    if (code > 0o377) fail(`octal escape value \\${first}${digits} outside of range 0-0o377`);
    return String.fromCodePoint(code);
  }

  #characterClass(flags: Flags): string {
    const negated = this.#accept('^');
    const members: string[] = [];
    for (;;) {
      const character = this.#next() ?? fail('unterminated character set');
      this.#position++;
      if (character === ']' && members.length > 0) break;
      const low = this.#member(character, flags);
      if (!this.#accept('-')) {
        members.push(low.set);
        continue;
      }
      const end = this.#next() ?? fail('unterminated character set');
      this.#position++;
      if (end === ']') {
        members.push(low.set, literal('-'));
        break;
      }
      members.push(range(low, this.#member(end, flags)));
    }
    return `[${negated ? '^' : ''}${members.join('')}]`;
  }

  #member(character: string, flags: Flags): Member {
    if (character !== '\\') return { set: literal(character), code: character.codePointAt(0) };
    const escaped = this.#next() ?? fail('bad escape (end of pattern)');
    this.#position++;
    const category = categorySet(escaped, flags);
    if (category !== undefined) return { set: category, code: undefined };
    const value = this.#characterEscape(escaped, true);
    return { set: literal(value), code: value.codePointAt(0) };
  }
}

// One entry of a character class, with its code when it is a single character.
interface Member {
  readonly set: string;
  readonly code: number | undefined;
}

function range(low: Member, high: Member): string {
  if (low.code === undefined || high.code === undefined || high.code < low.code) fail('bad character range');
  return `${low.set}-${high.set}`;
}

function repeatCount(digits: string): number {
  const count = Number(digits);
  if (count >= LARGEST_REPEAT) throw new PythonError('OverflowError', 'the repetition number is too large');
  return count;
}

function one(source: string): Piece {
  return { source, shortest: 1, longest: 1, kind: 'plain' };
}

function position(source: string): Piece {
  return { source, shortest: 0, longest: 0, kind: 'position' };
}

function literal(character: string): string {
  return /[A-Za-z0-9_]/.test(character) && character.length === 1 ? character : `\\u{${(character.codePointAt(0) as number).toString(16)}}`;
}

/** The characters of a word, as the inside of a class. */
function wordSet(flags: Flags): string {
  return flags.ascii ? 'A-Za-z0-9_' : '\\p{L}\\p{N}_';
}

/** What `\d`, `\s`, `\w` and their opposites stand for, as the inside of a class; undefined for other letters. */
function categorySet(letter: string, flags: Flags): string | undefined {
  switch (letter) {
    case 'd':
      return flags.ascii ? '0-9' : '\\p{Nd}';
    case 'D':
      return flags.ascii ? '[^0-9]' : '\\P{Nd}';
    case 's':
      return flags.ascii ? ASCII_BLANKS : BLANKS;
    case 'S':
      return `[^${flags.ascii ? ASCII_BLANKS : BLANKS}]`;
    case 'w':
      return wordSet(flags);
    case 'W':
      return `[^${wordSet(flags)}]`;
    default:
      return undefined;
  }
}

const ASCII_BLANKS = ' \\t\\n\\r\\v\\f';

function withFlags(flags: Flags, letters: string, value: boolean): Flags {
  const changed: Record<string, boolean> = {};
  for (const letter of letters) {
    if (letter === 'u') changed['ascii'] = !value;
    else changed[FLAG_NAMES[letter] as string] = value;
  }
  return { ...flags, ...changed };
}

function checkFlags(on: string, off: string, offIsEmpty: boolean): void {
  if (offIsEmpty) fail('missing flag');
  if (/[au]/.test(off)) fail("bad inline flags: cannot turn off flags 'a', 'u' and 'L'");
  for (const letter of on) if (off.includes(letter)) fail('bad inline flags: flag turned on and off');
}

import { onDemand } from '../lib/on-demand.ts';
import { BLANKS, stripEnd } from '../lib/trim.ts';
import { type Position, TemplateSyntaxError } from './errors.ts';
import { decodeEscapes } from './escapes.ts';

/** The kinds of tokens; operators are named by their own text. */
export type TokenType =
  | 'data'
  | 'variable_begin'
  | 'variable_end'
  | 'block_begin'
  | 'block_end'
  | 'name'
  | 'string'
  | 'integer'
  | 'float'
  | 'eof'
  | Operator;

type Operator =
  | '+'
  | '-'
  | '/'
  | '//'
  | '*'
  | '%'
  | '**'
  | '~'
  | '['
  | ']'
  | '('
  | ')'
  | '{'
  | '}'
  | '=='
  | '!='
  | '>'
  | '>='
  | '<'
  | '<='
  | '='
  | '.'
  | ':'
  | '|'
  | ','
  | ';';

/** A token: `text` is the name, the operator, the digits, or the decoded string or template data. */
export interface Token {
  readonly type: TokenType;
  readonly text: string;
  readonly at: Position;
}

/** What Python's `\s` matches. */
const SPACE = `[${BLANKS}]`;

const TAG_START = /\{[{%#]/g;
const RAW_START = new RegExp(`\\{%[-+]?${SPACE}*raw${SPACE}*(?:-%\\}${SPACE}*|%\\})`, 'y');
const RAW_END = new RegExp(`\\{%([-+]?)${SPACE}*endraw${SPACE}*(?:\\+%\\}|-%\\}${SPACE}*|%\\})`, 'g');
const COMMENT_END = new RegExp(`\\+#\\}|-#\\}${SPACE}*|#\\}`, 'g');
const BLOCK_END = new RegExp(`\\+%\\}|-%\\}${SPACE}*|%\\}`, 'y');
const VARIABLE_END = new RegExp(`-\\}\\}${SPACE}*|\\}\\}`, 'y');
const WHITESPACE = new RegExp(`${SPACE}+`, 'y');
const FLOAT = /(?<!\.)(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?[eE][+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)/y;
const INTEGER = /0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[\da-fA-F])+|[1-9](?:_?\d)*|0(?:_?0)*/y;
const PLAIN_NAME = /[A-Za-z0-9_]+(?![A-Za-z0-9_\u0080-\uffff])/y;
const PLAIN_IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;
const anyName = onDemand(() => /[\p{L}\p{N}\p{XIDC}_]+/uy);
const anyIdentifier = onDemand(() => /^[\p{XIDS}_][\p{XIDC}]*$/u);
const STRING = /'[^'\\]*(?:\\.[^'\\]*)*'|"[^"\\]*(?:\\.[^"\\]*)*"/sy;
const OPERATOR = /\/\/|\*\*|==|!=|>=|<=|[-+/*%~[\](){}><=.:|,;]/y;

// Names beyond ASCII come last, since V8 takes long to make their pattern; nothing else begins as they do.
const TOKENS = [
  ['float', () => FLOAT],
  ['integer', () => INTEGER],
  ['name', () => PLAIN_NAME],
  ['string', () => STRING],
  ['operator', () => OPERATOR],
  ['name', anyName],
] as const;

const CLOSING: Readonly<Record<string, string>> = { '{': '}', '(': ')', '[': ']' };

/** The text that the lexer reads: line endings become LF and one newline at the very end goes. */
// parity: jinja2/lexer.py:Lexer.tokeniter
export function normalizeSource(text: string): string {
  const lines = text.includes('\r') ? text.replace(/\r\n|\r/g, '\n') : text;
  return lines.endsWith('\n') ? lines.slice(0, -1) : lines;
}

/** Splits a normalised template into tokens, the last of which is `eof`; raises TemplateSyntaxError. */
// parity: jinja2/lexer.py:Lexer
export function tokenize(source: string): Token[] {
  const lexer = new Lexer(source);
  lexer.root();
  return lexer.tokens;
}

class Lexer {
  readonly tokens: Token[] = [];
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  root(): void {
    const source = this.#source;
    while (this.#at < source.length) {
      TAG_START.lastIndex = this.#at;
      const start = TAG_START.exec(source)?.index ?? source.length;
      const sign = source[start + 2];
      const text = source.slice(this.#at, start);
      this.#data(start < source.length && sign === '-' ? stripEnd(text) : text, this.#at);
      if (start === source.length) break;
      this.#at = start;
      this.#tag(start + (sign === '-' || sign === '+' ? 3 : 2));
    }
    this.#push('eof', '', source.length);
  }

  #push(type: TokenType, text: string, at: Position): void {
    this.tokens.push({ type, text, at });
  }

  #data(text: string, at: Position): void {
    if (text !== '') this.#push('data', text, at);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  /** Reads the tag at the current place, whose inside begins at `inside`. */
  #tag(inside: Position): void {
    const begin = this.#at;
    const kind = this.#source[begin + 1];
    if (kind === '#') {
      this.#at = inside;
      this.#comment(begin);
    } else if (kind === '{') {
      this.#push('variable_begin', '', begin);
      this.#at = inside;
      this.#code('variable_end', VARIABLE_END);
    } else if (this.#match(RAW_START) !== undefined) {
      this.#raw(begin);
    } else {
      this.#push('block_begin', '', begin);
      this.#at = inside;
      this.#code('block_end', BLOCK_END);
    }
  }

  #comment(begin: Position): void {
    COMMENT_END.lastIndex = this.#at;
    const end = COMMENT_END.exec(this.#source);
    if (end === null && this.#at < this.#source.length) throw new TemplateSyntaxError('Missing end of comment tag', begin);
    this.#at = end === null ? this.#at : end.index + end[0].length;
  }

  #raw(begin: Position): void {
    const start = this.#at;
    RAW_END.lastIndex = start;
    const end = RAW_END.exec(this.#source);
    if (end === null) {
      if (start < this.#source.length) throw new TemplateSyntaxError('Missing end of raw directive', begin);
      return;
    }
    const text = this.#source.slice(start, end.index);
    this.#data(end[1] === '-' ? stripEnd(text) : text, start);
    this.#at = end.index + end[0].length;
  }

  /** Reads the tokens of an expression or statement up to its end, which counts only outside of all brackets. */
  #code(endType: TokenType, end: RegExp): void {
    const brackets: string[] = [];
    while (this.#at < this.#source.length) {
      const at = this.#at;
      if (brackets.length === 0 && this.#match(end) !== undefined) {
        this.#push(endType, '', at);
        return;
      }
      this.#codeToken(at, brackets);
    }
  }

  #codeToken(at: Position, brackets: string[]): void {
    if (this.#match(WHITESPACE) !== undefined) return;
    for (const [type, pattern] of TOKENS) {
      const text = this.#match(pattern());
      if (text !== undefined) {
        this.#pushCode(type, text, at, brackets);
        return;
      }
    }
    throw new TemplateSyntaxError(`unexpected char '${this.#source[at]}' at ${at}`, at);
  }

  #pushCode(type: (typeof TOKENS)[number][0], text: string, at: Position, brackets: string[]): void {
    switch (type) {
      case 'float':
      case 'integer':
        this.#push(type, text.replaceAll('_', ''), at);
        break;
      case 'name':
        if (!PLAIN_IDENTIFIER.test(text) && !anyIdentifier().test(text))
          throw new TemplateSyntaxError('Invalid character in identifier', at);
        this.#push('name', text, at);
        break;
      case 'string':
        this.#push('string', decodeEscapes(text.slice(1, -1), at), at);
        break;
      case 'operator':
        balance(text, brackets, at);
        this.#push(text as Operator, text, at);
    }
  }
}

function balance(operator: string, brackets: string[], at: Position): void {
  const closing = CLOSING[operator];
  if (closing !== undefined) brackets.push(closing);
  else if (operator === '}' || operator === ')' || operator === ']') {
    const expected = brackets.pop();
    if (expected === undefined) throw new TemplateSyntaxError(`unexpected '${operator}'`, at);
    if (expected !== operator) throw new TemplateSyntaxError(`unexpected '${operator}', expected '${expected}'`, at);
  }
}

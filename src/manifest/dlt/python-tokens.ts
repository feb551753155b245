/** One token of Python source; `at` is its offset. */
export interface Token {
  readonly kind: 'name' | 'number' | 'text' | 'operator' | 'newline' | 'end';
  readonly source: string;
  readonly at: number;
  /** What a text stands for; undefined for one that must be computed, such as an f-string or bytes. */
  readonly text?: string | undefined;
  /** The source between the quotes of an f-string. */
  readonly formatted?: string;
}

const BLANK = /(?:[ \t\f]|\\\r?\n|#[^\n]*)+/y;
const NEWLINE = /\r?\n/y;
const NAME = /[\p{L}_][\p{L}\p{N}_]*/uy;
const NUMBER = /0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][-+]?\d+)?[jJ]?/y;
const TEXT = /([bBrRuUfF]{0,2})('''|"""|'|")/y;
const OPERATOR = /->|:=|\*\*=?|\/\/=?|<<=?|>>=?|[-+*/%@&|^=!<>]=?|[()[\]{},:;.~`$?\\]/y;

/** Splits Python source into tokens; undefined for what no token begins with, or for a text without an end. */
export function tokenize(source: string): Token[] | undefined {
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(source);
  };
  const push = (kind: Token['kind'], length: number, rest: Partial<Token> = {}): void => {
    tokens.push({ kind, source: source.slice(at, at + length), at, ...rest });
    at += length;
  };
  while (at < source.length) {
    const blank = match(BLANK);
    if (blank !== null) {
      at += blank[0].length;
      continue;
    }
    const quote = match(TEXT);
    if (quote !== null) {
      const read = readText(source, at, quote);
      if (read === undefined) return undefined;
      push('text', read.length, read);
      continue;
    }
    const found = (['newline', 'name', 'number', 'operator'] as const)
      .map((kind) => ({ kind, match: match({ newline: NEWLINE, name: NAME, number: NUMBER, operator: OPERATOR }[kind]) }))
      .find((one) => one.match !== null);
    if (found === undefined || found.match === null) return undefined;
    push(found.kind, found.match[0].length);
  }
  push('end', 0);
  return tokens;
}

interface ReadText {
  readonly length: number;
  readonly text: string | undefined;
  readonly formatted?: string;
}

function readText(source: string, start: number, [whole, prefix = '', quote = '']: RegExpExecArray): ReadText | undefined {
  const isRaw = /r/i.test(prefix);
  let at = start + whole.length;
  const from = at;
  while (!source.startsWith(quote, at)) {
    if (at >= source.length || (quote.length === 1 && source[at] === '\n')) return undefined;
    at += source[at] === '\\' ? 2 : 1;
  }
  const inner = source.slice(from, at);
  const length = at + quote.length - start;
  if (/f/i.test(prefix)) return { length, text: undefined, formatted: isRaw ? inner : unescaped(inner) };
  return { length, text: /b/i.test(prefix) ? undefined : isRaw ? inner : unescaped(inner) };
}

const ESCAPES: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

function unescaped(text: string): string {
  return text.replace(
    /\\(?:\r?\n|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})|([\s\S]))/g,
    (all, hex?: string, short?: string, long?: string, octal?: string, letter?: string) => {
      const code = hex ?? short ?? long;
      if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16));
      if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
      if (letter === undefined) return '';
      if (Object.hasOwn(ESCAPES, letter)) return ESCAPES[letter] as string;
      return /[\\'"]/.test(letter) ? letter : all;
    },
  );
}

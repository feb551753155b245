import { type Position, TemplateSyntaxError } from './errors.ts';

const SIMPLE: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

const NUMERIC = { x: 2, u: 4, U: 8 } as const;

const ESCAPE = /\\([0-7]{1,3}|.)/gsu;

/** Decodes the backslash escapes of a string in a template; raises TemplateSyntaxError for broken ones. */
// parity: jinja2/lexer.py:Lexer.wrap (unicode-escape over backslashreplaced ASCII)
export function decodeEscapes(text: string, at: Position): string {
  if (!text.includes('\\')) return text;
  let result = '';
  let from = 0;
  ESCAPE.lastIndex = 0;
  for (let match = ESCAPE.exec(text); match !== null; match = ESCAPE.exec(text)) {
    const code = match[1] ?? '';
    result += text.slice(from, match.index);
    from = ESCAPE.lastIndex;
    if (code === 'x' || code === 'u' || code === 'U') {
      const digits = text.slice(from, from + NUMERIC[code]);
      result += codePoint(code, digits, at);
      from += digits.length;
      ESCAPE.lastIndex = from;
    } else if (code === 'N') throw new TemplateSyntaxError('named characters are not supported', at);
    else if (/^[0-7]/.test(code)) result += String.fromCodePoint(Number.parseInt(code, 8));
    else result += SIMPLE[code] ?? `\\${replaceNonAscii(code)}`;
  }
  return result + text.slice(from);
}

function codePoint(kind: 'x' | 'u' | 'U', digits: string, at: Position): string {
  const truncated = `truncated \\${kind}${kind === 'x' ? 'XX' : 'X'.repeat(NUMERIC[kind])} escape`;
  if (digits.length < NUMERIC[kind] || !/^[0-9a-fA-F]+$/.test(digits)) throw new TemplateSyntaxError(truncated, at);
  const value = Number.parseInt(digits, 16);
  if (value > 0x10ffff) throw new TemplateSyntaxError('illegal Unicode character', at);
  return String.fromCodePoint(value);
}

/** A character beyond ASCII behind a backslash loses the escape's meaning: what stays is its own escape as text. */
function replaceNonAscii(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return character;
  const hex = code.toString(16);
  if (code < 0x100) return `x${hex.padStart(2, '0')}`;
  return code < 0x10000 ? `u${hex.padStart(4, '0')}` : `U${hex.padStart(8, '0')}`;
}

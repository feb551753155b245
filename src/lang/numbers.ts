import { strip } from '../lib/trim.ts';
import { MAX_INT_DIGITS } from './repr.ts';
import { digitsToAscii } from './unicode.ts';
import { makeInt, PythonError } from './values.ts';

const PREFIXES: Readonly<Record<string, number>> = { '0b': 2, '0o': 8, '0x': 16 };
const FLOAT = /^[-+]?(?:(?:\d+(?:_\d+)*)?\.?|(?:\d+(?:_\d+)*)?\.\d+(?:_\d+)*)(?:e[-+]?\d+(?:_\d+)*)?$/i;
const NAMED_FLOAT = /^([-+]?)(?:inf(?:inity)?|(nan))$/i;

/** Python's `int(text, base)`, undefined where it raises ValueError; a base of 0 goes by the prefix, one out of range raises. */
export function parseIntText(text: string, base = 10): number | bigint | undefined {
  if (base !== 0 && (base < 2 || base > 36)) throw new PythonError('ValueError', 'int() base must be >= 2 and <= 36, or 0');
  const match = /^([-+]?)(0[box]_?)?(.*)$/is.exec(digitsToAscii(strip(text))) as RegExpExecArray;
  const [, sign, prefix = '', tail] = match as unknown as [string, string, string | undefined, string];
  const prefixBase = PREFIXES[prefix.slice(0, 2).toLowerCase()];
  const used = base === 0 ? (prefixBase ?? 10) : base;
  const prefixed = prefixBase === used;
  const digits = prefixed ? tail : prefix + tail;
  if (!/^[0-9a-z]+(?:_[0-9a-z]+)*$/i.test(digits)) return undefined;
  const plain = digits.replaceAll('_', '').toLowerCase();
  if (base === 0 && !prefixed && /^0+[1-9]/.test(plain)) return undefined;
  if ((used & (used - 1)) !== 0 && plain.length > MAX_INT_DIGITS) return undefined;
  const value = readDigits(plain, used);
  return value === undefined ? undefined : makeInt(sign === '-' ? -value : value);
}

function readDigits(digits: string, base: number): bigint | undefined {
  const limit = base <= 10 ? String.fromCharCode(47 + base) : String.fromCharCode(86 + base);
  for (const digit of digits) if (digit > limit) return undefined;
  if (base === 10) return BigInt(digits);
  if (base === 16) return BigInt(`0x${digits}`);
  const big = BigInt(base);
  let value = 0n;
  for (const digit of digits) value = value * big + BigInt(Number.parseInt(digit, 36));
  return value;
}

/** Python's `float(text)`, undefined where it raises ValueError. */
export function parseFloatText(text: string): number | undefined {
  const plain = digitsToAscii(strip(text));
  if (FLOAT.test(plain) && /^[^e]*\d/i.test(plain)) return Number(plain.replaceAll('_', ''));
  const named = NAMED_FLOAT.exec(plain);
  if (!named) return undefined;
  if (named[2]) return Number.NaN;
  return named[1] === '-' ? -Infinity : Infinity;
}

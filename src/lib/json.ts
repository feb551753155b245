import { parseExactJson } from './exact-json.ts';
import type { Float } from './exact-number.ts';

export { parseExactJson } from './exact-json.ts';
export { exactNumber, Float, floatText } from './exact-number.ts';

/** Any value that a JSON document can hold here: integers beyond 2^53 are BigInts, integral floats are `Float`s. */
export type Json = null | boolean | number | bigint | string | Float | Json[] | JsonObject;
export type JsonObject = { [key: string]: Json };

// A number that JSON.parse may not give back: a fraction of zeros or one that may be rounded to a whole number, an exponent, or sixteen digits
// in a row. It may stand within a string, too.
const LOSSY = /(?:^|[[:,\s])-?(?:\d+\.(?:0+(?!\d)|000|999)|\d{13,}\.[09]|\d+(?:\.\d+)?[eE]|\d{16})/;
/** The fewest digits in a row of such a number, before its point where it has one. */
const DIGITS = 13;

/** Whether plain parsing may lose something of a number; quick to say no. */
function mayLose(text: string): boolean {
  return (text.includes('.0') || text.includes('.999') || /\d[eE]/.test(text) || hasLongNumber(text)) && LOSSY.test(text);
}

/** Whether so many digits stand in a row: one of every so many characters is then a digit, and the row is around it. */
function hasLongNumber(text: string): boolean {
  for (let at = DIGITS - 1; at < text.length; at += DIGITS) {
    if (!isDigit(text, at)) continue;
    let [start, end] = [at, at + 1];
    while (start > 0 && isDigit(text, start - 1)) start -= 1;
    while (end < text.length && isDigit(text, end)) end += 1;
    if (end - start >= DIGITS) return true;
  }
  return false;
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 48 && code <= 57;
}

/**
 * Parses JSON without losing integers beyond 2^53 or the fraction of integral floats; throws SyntaxError as JSON.parse does. Whether plain parsing may lose
 * some is looked for unless it is known.
 */
export function parseJson(text: string, mayBeLost = mayLose(text)): Json {
  return mayBeLost ? parseExactJson(text) : (JSON.parse(text) as Json);
}

/** Writes JSON with every digit of big integers and of integral floats; one line. */
export function stringifyJson(value: unknown): string {
  return JSON.stringify(value);
}

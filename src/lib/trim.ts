/**
 * Trimming by loops from both ends. A pattern such as `/ +$/` looks at a run of blanks once for each
 * blank in it, which takes minutes for a run of 1 MB.
 */

/** What Python's `\s` and `str.strip()` count as blanks, as the inside of a character class. */
export const BLANKS = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';

/** Whether Python counts the UTF-16 code unit as a blank (`str.isspace`). */
export function isBlank(unit: number): boolean {
  if (unit < 0x80) return (unit >= 0x09 && unit <= 0x0d) || (unit >= 0x1c && unit <= 0x20);
  return (
    unit === 0x85 ||
    unit === 0xa0 ||
    unit === 0x1680 ||
    (unit >= 0x2000 && unit <= 0x200a) ||
    unit === 0x2028 ||
    unit === 0x2029 ||
    unit === 0x202f ||
    unit === 0x205f ||
    unit === 0x3000
  );
}

/** The text without the blanks at its start, as Python's `str.lstrip()`. */
export function stripStart(text: string): string {
  return text.slice(leadingRun(text, isBlank));
}

/** The text without the blanks at its end, as Python's `str.rstrip()`. */
export function stripEnd(text: string): string {
  return text.slice(0, text.length - trailingRun(text, isBlank));
}

/** The text without the blanks around it, as Python's `str.strip()`. */
export function strip(text: string): string {
  return stripEnd(stripStart(text));
}

/** The text without those of the characters that it begins or ends with; `trim('"a"', '"')` is `a`. */
export function trim(text: string, characters: string): string {
  const start = leadingRun(text, isOneOf(characters));
  return trimEnd(start === 0 ? text : text.slice(start), characters);
}

/** The text without those of the characters that it ends with; `trimEnd('a//', '/')` is `a`. */
export function trimEnd(text: string, characters: string): string {
  return text.slice(0, text.length - trailingRun(text, isOneOf(characters)));
}

function isOneOf(characters: string): (unit: number) => boolean {
  return (unit) => characters.includes(String.fromCharCode(unit));
}

function leadingRun(text: string, takes: (unit: number) => boolean): number {
  let length = 0;
  while (length < text.length && takes(text.charCodeAt(length))) length += 1;
  return length;
}

function trailingRun(text: string, takes: (unit: number) => boolean): number {
  let length = 0;
  while (length < text.length && takes(text.charCodeAt(text.length - 1 - length))) length += 1;
  return length;
}

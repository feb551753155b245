const SEPARATORS = /[\u0085\u2028\u2029]/g;

/** Whether a text holds a character at which some readers (Python's splitlines) end a line, other than the usual ones. */
export function hasLineSeparator(text: string): boolean {
  return text.includes('\u2028') || text.includes('\u2029') || text.includes('\u0085');
}

/** JSON text with those characters escaped. */
export function escapeLineSeparators(text: string): string {
  return text.replace(SEPARATORS, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

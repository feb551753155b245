/** Control characters but for tabs and line feeds, and those that turn the direction of a text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about
const CONTROLS = /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * A text whose control characters are shown, as `\u001b`, so that no terminal obeys them: what an API says may hold any. JSON keeps its
 * meaning.
 */
export function showControls(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(CONTROLS, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

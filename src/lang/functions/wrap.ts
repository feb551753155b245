import { onDemand } from '../../lib/on-demand.ts';
import { codePointLength, codePoints } from '../code-points.ts';
import { PythonError } from '../values.ts';

/** How lines are broken. */
export interface WrapStyle {
  readonly width: number;
  readonly breakLongWords: boolean;
  readonly breakOnHyphens: boolean;
}

const SPACE = '[\\t\\n\\x0b\\x0c\\r ]';
const NOT_SPACE = '[^\\t\\n\\x0b\\x0c\\r ]';
const PUNCTUATION = '[\\p{L}\\p{N}_!"\'&.,?]';
const LETTER = '(?:(?!\\p{Nd}|_)[\\p{L}\\p{N}_])';

// parity: CPython Lib/textwrap.py:TextWrapper.wordsep_re
const wordsAndHyphens = onDemand(
  () =>
    new RegExp(
      `(${SPACE}+|(?<=${PUNCTUATION})-{2,}(?=[\\p{L}\\p{N}_])|` +
        `${NOT_SPACE}+?(?:-(?:(?<=${LETTER}{2}-)|(?<=${LETTER}-${LETTER}-))(?=${LETTER}-?${LETTER})|` +
        `(?=${SPACE}|$)|(?<=${PUNCTUATION})(?=-{2,}[\\p{L}\\p{N}_])))`,
      'u',
    ),
);
const WORDS = new RegExp(`(${SPACE}+)`, 'u');

/** Breaks one line into lines of at most the width; blanks at the break go. */
// parity: CPython Lib/textwrap.py:TextWrapper.wrap
export function wrapText(text: string, style: WrapStyle): string[] {
  if (style.width <= 0) throw new PythonError('ValueError', `invalid width ${style.width} (must be > 0)`);
  const chunks = text.split(style.breakOnHyphens ? wordsAndHyphens() : WORDS).filter((chunk) => chunk !== '' && chunk !== undefined);
  chunks.reverse();
  const lines: string[] = [];
  while (chunks.length > 0) {
    if (lines.length > 0 && isBlank(chunks.at(-1))) chunks.pop();
    const line: string[] = [];
    let length = 0;
    while (chunks.length > 0) {
      const size = codePointLength(chunks.at(-1) as string);
      if (length + size > style.width) break;
      line.push(chunks.pop() as string);
      length += size;
    }
    if (chunks.length > 0 && codePointLength(chunks.at(-1) as string) > style.width) breakWord(chunks, line, length, style);
    if (isBlank(line.at(-1))) line.pop();
    if (line.length > 0) lines.push(line.join(''));
  }
  return lines;
}

function isBlank(chunk: string | undefined): boolean {
  return chunk !== undefined && chunk.trim() === '';
}

// parity: CPython Lib/textwrap.py:TextWrapper._handle_long_word
function breakWord(chunks: string[], line: string[], length: number, style: WrapStyle): void {
  const space = style.width - length;
  if (style.breakLongWords) {
    const characters = codePoints(chunks.at(-1) as string);
    let end = space;
    if (style.breakOnHyphens && characters.length > space) {
      const hyphen = characters.slice(0, space).lastIndexOf('-');
      if (hyphen > 0 && characters.slice(0, hyphen).some((character) => character !== '-')) end = hyphen + 1;
    }
    line.push(characters.slice(0, end).join(''));
    chunks[chunks.length - 1] = characters.slice(end).join('');
  } else if (line.length === 0) line.push(chunks.pop() as string);
}

import { onDemand } from '../../lib/on-demand.ts';
import { codePoints } from '../code-points.ts';
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

/** A word or a gap between words; what stands before `start` went to earlier lines. */
interface Chunk {
  readonly characters: readonly string[];
  start: number;
}

/** Breaks one line into lines of at most the width; blanks at the break go. */
// parity: CPython Lib/textwrap.py:TextWrapper.wrap
export function wrapText(text: string, style: WrapStyle): string[] {
  if (style.width <= 0) throw new PythonError('ValueError', `invalid width ${style.width} (must be > 0)`);
  const chunks: Chunk[] = text
    .split(style.breakOnHyphens ? wordsAndHyphens() : WORDS)
    .filter((chunk) => chunk !== '' && chunk !== undefined)
    .map((chunk) => ({ characters: codePoints(chunk), start: 0 }))
    .reverse();
  const lines: string[] = [];
  while (chunks.length > 0) {
    if (lines.length > 0 && isBlank((chunks.at(-1) as Chunk).characters)) chunks.pop();
    const line: (readonly string[])[] = [];
    let length = 0;
    for (let chunk = chunks.at(-1); chunk !== undefined && length + sizeOf(chunk) <= style.width; chunk = chunks.at(-1)) {
      length += sizeOf(chunk);
      line.push(take(chunk, sizeOf(chunk)));
      chunks.pop();
    }
    const long = chunks.at(-1);
    if (long !== undefined && sizeOf(long) > style.width) {
      if (style.breakLongWords) line.push(take(long, fittingSize(long, style.width - length, style)));
      else if (line.length === 0) line.push(take(chunks.pop() as Chunk, sizeOf(long)));
    }
    if (isBlank(line.at(-1))) line.pop();
    if (line.length > 0) lines.push(line.flat().join(''));
  }
  return lines;
}

function sizeOf(chunk: Chunk): number {
  return chunk.characters.length - chunk.start;
}

function take(chunk: Chunk, size: number): readonly string[] {
  const end = chunk.start + size;
  const taken = chunk.characters.slice(chunk.start, end);
  chunk.start = end;
  return taken;
}

function isBlank(characters: readonly string[] | undefined): boolean {
  return characters?.every((character) => character.trim() === '') ?? false;
}

/** How many characters of a word that is too long go on a line; it is best broken after a hyphen. */
// parity: CPython Lib/textwrap.py:TextWrapper._handle_long_word
function fittingSize(chunk: Chunk, space: number, style: WrapStyle): number {
  if (!style.breakOnHyphens || sizeOf(chunk) <= space) return space;
  const fitting = chunk.characters.slice(chunk.start, chunk.start + space);
  const hyphen = fitting.lastIndexOf('-');
  const isBrokenAtHyphen = hyphen > 0 && fitting.slice(0, hyphen).some((character) => character !== '-');
  return isBrokenAtHyphen ? hyphen + 1 : space;
}

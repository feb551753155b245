import { characterClass } from '../character-class.ts';
import { BLANKS } from '../trim.ts';

const isLetter = characterClass(/^[A-Za-z]$/, () => /^\p{L}$/u);
// Digits of any script, and the raised, lowered and circled ones.
const isDigit = characterClass(
  /^[0-9]$/,
  () =>
    /^[\p{Nd}\u00b2\u00b3\u00b9\u2070\u2074-\u2079\u2080-\u2089\u2460-\u2468\u2474-\u247c\u2488-\u2490\u24ea\u24f5-\u24fd\u24ff\u2776-\u277e\u2780-\u2788\u278a-\u2792\u1369-\u1371\u19da]$/u,
);
const BLANK = new RegExp(`^[${BLANKS}]$`);

type State = 'start' | 'word' | 'number' | 'dotted word' | 'dotted number';

/** Whether every character of a text is a digit, and there is one. */
export function isDigits(text: string): boolean {
  return text !== '' && Array.from(text).every((character) => isDigit(character));
}

/** Splits a text into words, numbers (with a fraction), blanks and single other characters. */
// parity: dateutil/parser/_parser.py:_timelex
export function splitTokens(text: string): string[] {
  const characters = Array.from(text).filter((character) => character !== '\0');
  const tokens: string[] = [];
  let position = 0;
  while (position < characters.length) {
    const { state, end, letters } = scanToken(characters, position);
    const token = characters.slice(position, end).join('');
    position = end;
    tokens.push(...splitDots(token, state, letters));
  }
  return tokens;
}

function scanToken(characters: readonly string[], start: number): { state: State; end: number; letters: boolean } {
  const first = characters[start] as string;
  let state: State = isLetter(first) ? 'word' : isDigit(first) ? 'number' : 'start';
  let letters = false;
  let end = start + 1;
  if (state === 'start') return { state, end, letters };
  for (; end < characters.length; end++) {
    const character = characters[end] as string;
    if (state === 'word' || state === 'dotted word') letters = true;
    const next = nextState(state, character, characters[end - 1] as string, end - start);
    if (next === undefined) break;
    state = next;
  }
  return { state, end, letters };
}

// The state after one more character of a token, undefined when the character begins another token.
function nextState(state: State, character: string, previous: string, length: number): State | undefined {
  const letter = isLetter(character);
  const digit = isDigit(character);
  switch (state) {
    case 'word':
      if (letter) return 'word';
      return character === '.' ? 'dotted word' : undefined;
    case 'number':
      if (digit) return 'number';
      return character === '.' || (character === ',' && length >= 2) ? 'dotted number' : undefined;
    case 'dotted word':
      if (letter || character === '.') return 'dotted word';
      return digit && previous === '.' ? 'dotted number' : undefined;
    case 'dotted number':
      if (digit || character === '.') return 'dotted number';
      return letter && previous === '.' ? 'dotted word' : undefined;
    default:
      return undefined;
  }
}

// A dot is a decimal point only in a number with one dot inside; elsewhere it parts tokens.
function splitDots(token: string, state: State, letters: boolean): string[] {
  if (state === 'start') return [BLANK.test(token) ? ' ' : token];
  const dotted = state === 'dotted word' || state === 'dotted number';
  if (!dotted) return [token];
  if (letters || token.split('.').length > 2 || /[.,]$/.test(token)) {
    const [first = '', ...rest] = token.split(/([.,])/);
    return [first, ...rest.filter((part) => part !== '')];
  }
  return [state === 'dotted number' && !token.includes('.') ? token.replaceAll(',', '.') : token];
}

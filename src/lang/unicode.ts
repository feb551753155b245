import { characterClass } from '../lib/character-class.ts';
import { onDemand } from '../lib/on-demand.ts';
import { isBlank } from '../lib/trim.ts';

// The code points assigned after Unicode 14, which Python 3.11 does not know: distances from the last one, each with the length of its run, base 36.
const NEWER =
  '1ov 8 qt 3k n d7 2dd-e 3-b 2r-1 1c 7e-1 tz o6-2 1gt va-3 dh-1 a na4-4 3 2 6-2 l gk2-f ce-1 1j-6 1ki-1f nh-p rr-11 4-s 9-1 8j-5 9-8 y-5 n4-2 8v-9 2 3 2-11 2-9 2 3 2-3 2-9 2-1 9-1 ku-j t9-9 2f-7 2h-x f-9 c7-17 5-9 7r-g 2-14 4-s 445 a-s b-32y 5qe-1l 2dj-1l 87-o 3-o 7z-4 4qq-7 zk a-l 2q-36 6yo z 59n-70 4-c3 7-m g-g r4-j 2fm-5 7a-1p y u9-15 5z-16 5 5d-u 2-l 9-1 34p 4 48-b 2i 61-9 5-1 f-8 ak-3 u-2 g-3 4-1 u-2 c-4 7 2 5-2 b-2 3 9-2 5 8-1 5v-10 b 10zj-6 4mb-b 5s3-h9 7ar-6jt';

const newerRanges = onDemand((): readonly (readonly [number, number])[] => decodeRanges(NEWER));

function decodeRanges(text: string): [number, number][] {
  let last = 0;
  return text.split(' ').map((part) => {
    const [distance, run = '0'] = part.split('-') as [string, string?];
    const first = last + Number.parseInt(distance, 36);
    last = first + Number.parseInt(run, 36);
    return [first, last];
  });
}

/** Whether Python 3.11 knows the character (JavaScript's Unicode is newer). */
function isKnown(character: string): boolean {
  const code = character.codePointAt(0) as number;
  if (code < 0x850) return true;
  const ranges = newerRanges();
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranges[middle] as readonly [number, number])[1] < code) low = middle + 1;
    else high = middle;
  }
  const range = ranges[low];
  return range === undefined || code < range[0];
}

function property(ascii: RegExp, beyond: () => RegExp): (character: string) => boolean {
  const has = characterClass(ascii, beyond);
  return (character) => has(character) && isKnown(character);
}

/** Whether `repr` prints the character as it is. */
export const isPrintable = property(/^[ -~]$/, () => /^[^\p{C}\p{Z}]$/u);

/** Whether the character is a letter (`str.isalpha`). */
export const isAlpha = property(/[A-Za-z]/, () => /\p{L}/u);

/** Whether the character is a digit of a decimal number (`str.isdecimal`). */
export const isDecimal = property(/[0-9]/, () => /\p{Nd}/u);

/** The value of a decimal digit of any script. */
export function digitValue(character: string): number {
  const code = character.codePointAt(0) as number;
  if (code < 0x80) return code - 0x30;
  // The digits of a script follow one another from zero, and so do the scripts of a run.
  let start = code;
  while (isDecimal(String.fromCodePoint(start - 1))) start--;
  return (code - start) % 10;
}

/** The text with the digits of every script as ASCII ones. */
export function digitsToAscii(text: string): string {
  return text.replace(/(?![0-9])\p{Nd}/gu, (digit) => (isDecimal(digit) ? String(digitValue(digit)) : digit));
}

/** Whether the character is a digit, superscripts and circled ones too (`str.isdigit`). */
export const isDigit = property(
  /[0-9]/,
  () =>
    /[\p{Nd}\u{b2}\u{b3}\u{b9}\u{1369}-\u{1371}\u{19da}\u{2070}\u{2074}-\u{2079}\u{2080}-\u{2089}\u{2460}-\u{2468}\u{2474}-\u{247c}\u{2488}-\u{2490}\u{24ea}\u{24f5}-\u{24fd}\u{24ff}\u{2776}-\u{277e}\u{2780}-\u{2788}\u{278a}-\u{2792}\u{10a40}-\u{10a43}\u{10e60}-\u{10e68}\u{11052}-\u{1105a}\u{1f100}-\u{1f10a}]/u,
);

/** Whether the character has a numeric value (`str.isnumeric`). */
export const isNumeric = property(
  /[0-9]/,
  () =>
    /[\p{N}\u{3405}\u{3483}\u{382a}\u{3b4d}\u{4e00}\u{4e03}\u{4e07}\u{4e09}\u{4e5d}\u{4e8c}\u{4e94}\u{4e96}\u{4ebf}\u{4ec0}\u{4edf}\u{4ee8}\u{4f0d}\u{4f70}\u{5104}\u{5146}\u{5169}\u{516b}\u{516d}\u{5341}\u{5343}-\u{5345}\u{534c}\u{53c1}-\u{53c4}\u{56db}\u{58f1}\u{58f9}\u{5e7a}\u{5efe}\u{5eff}\u{5f0c}-\u{5f0e}\u{5f10}\u{62fe}\u{634c}\u{67d2}\u{6f06}\u{7396}\u{767e}\u{8086}\u{842c}\u{8cae}\u{8cb3}\u{8d30}\u{9621}\u{9646}\u{964c}\u{9678}\u{96f6}\u{f96b}\u{f973}\u{f978}\u{f9b2}\u{f9d1}\u{f9d3}\u{f9fd}\u{20001}\u{20064}\u{200e2}\u{20121}\u{2092a}\u{20983}\u{2098c}\u{2099c}\u{20aea}\u{20afd}\u{20b19}\u{22390}\u{22998}\u{23b1b}\u{2626d}\u{2f890}]/u,
);

/** Whether the character is an uppercase one (`str.isupper`). */
export const isUpper = property(/[A-Z]/, () => /\p{Uppercase}/u);

/** Whether the character is a lowercase one (`str.islower`). */
export const isLower = property(/[a-z]/, () => /(?![\u10fc\ua7f2-\ua7f4\uab69])[\p{Lowercase}\u0295]/u);

/** Whether the character is one that starts a word in a title: uppercase or titlecase. */
export const isTitle = property(/[A-Z]/, () => /[\p{Uppercase}\p{Lt}]/u);

/** Whether the character may begin an identifier. */
export const isIdentifierStart = property(/[A-Za-z_]/, () => /\p{XIDS}/u);

/** Whether the character may go on an identifier. */
export const isIdentifierPart = property(/[0-9A-Za-z_]/, () => /(?!\u200c|\u200d|\u30fb|\uff65)\p{XIDC}/u);

/** The characters that end a line, as the inside of a character class. */
export const LINE_BREAKS = '\\n\\r\\v\\f\\x1c-\\x1e\\x85\\u2028\\u2029';

/** Whether the character is a blank (`str.isspace`). */
export function isSpace(character: string): boolean {
  return isBlank(character.charCodeAt(0));
}

// A capital in titles is another one than in uppercase text: `ß` is `Ss`, digraphs and ligatures lose their second capital.
const titles = onDemand(
  (): ReadonlyMap<string, string> =>
    new Map(
      (
        '\u00dfSs \u01c4\u01c5 \u01c5\u01c5 \u01c6\u01c5 \u01c7\u01c8 \u01c8\u01c8 \u01c9\u01c8 \u01ca\u01cb \u01cb\u01cb ' +
        '\u01cc\u01cb \u01f1\u01f2 \u01f2\u01f2 \u01f3\u01f2 \u0587\u0535\u0582 \u1fb2\u1fba\u0345 \u1fb3\u1fbc ' +
        '\u1fb4\u0386\u0345 \u1fb7\u0391\u0342\u0345 \u1fbc\u1fbc \u1fc2\u1fca\u0345 \u1fc3\u1fcc \u1fc4\u0389\u0345 ' +
        '\u1fc7\u0397\u0342\u0345 \u1fcc\u1fcc \u1ff2\u1ffa\u0345 \u1ff3\u1ffc \u1ff4\u038f\u0345 \u1ff7\u03a9\u0342\u0345 ' +
        '\u1ffc\u1ffc \ufb00Ff \ufb01Fi \ufb02Fl \ufb03Ffi \ufb04Ffl \ufb05St \ufb06St \ufb13\u0544\u0576 \ufb14\u0544\u0565 ' +
        '\ufb15\u0544\u056b \ufb16\u054e\u0576 \ufb17\u0544\u056d'
      )
        .split(' ')
        .map((entry) => [entry[0] as string, entry.slice(1)] as const),
    ),
);

/** The character as it begins a word of a title (`str.title`, `str.capitalize`). */
export function titleCharacter(character: string): string {
  const code = character.codePointAt(0) as number;
  if (code < 0x80) return character.toUpperCase();
  if (code >= 0x1f80 && code <= 0x1faf) return String.fromCodePoint(code | 8);
  if (code >= 0x10d0 && code <= 0x10ff) return character;
  return titles().get(character) ?? character.toUpperCase();
}

/** The text as caseless comparison takes it (`str.casefold`). */
export function foldText(text: string): string {
  let out = '';
  for (const character of text) out += foldCharacter(character);
  return out;
}

function foldCharacter(character: string): string {
  if (character === '\u1e9e') return 'ss';
  if (character === '\u0131') return character;
  if (/\p{Script=Cherokee}/u.test(character)) return character.toUpperCase();
  return character.toUpperCase().toLowerCase();
}

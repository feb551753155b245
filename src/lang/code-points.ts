const SURROGATE = /[\ud800-\udfff]/;

/** Whether UTF-16 units and code points of the text are the same, so that it can be indexed as it is. */
export function isBmp(text: string): boolean {
  return !SURROGATE.test(text);
}

const HIGH_UNIT = /[\ud800-\uffff]/;

/** Whether a text has UTF-16 units from the surrogates on; one that has none orders by units as it does by code points against any other. */
export function hasHighUnits(text: string): boolean {
  return HIGH_UNIT.test(text);
}

/** The length of a text in code points. */
export function codePointLength(text: string): number {
  if (isBmp(text)) return text.length;
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** The code points of a text, each as a string. */
export function codePoints(text: string): string[] {
  return isBmp(text) ? text.split('') : Array.from(text);
}

/** The character at a code point index (negative counts from the end), undefined beyond the ends. */
export function codePointAt(text: string, index: number): string | undefined {
  if (isBmp(text)) return text[index < 0 ? index + text.length : index];
  return Array.from(text).at(index);
}

/** The part of a text between two code point indices that lie within it. */
export function codePointSlice(text: string, start: number, stop: number): string {
  if (isBmp(text)) return text.slice(start, stop);
  return Array.from(text).slice(start, stop).join('');
}

/** Orders two texts by code points: negative, zero or positive. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return codePointRank(left) - codePointRank(right);
  }
  return a.length - b.length;
}

// Surrogates stand for code points above all other units.
function codePointRank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

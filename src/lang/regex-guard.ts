import { TimeLimitError, withTimeLimit } from '../lib/time-limit.ts';
import { PythonError } from './values.ts';

/** The longest that one use of a pattern may take, in milliseconds. */
const MOST_TIME = 1000;
/** How many steps a search may take without a clock: few seconds in the worst case. */
const UNTIMED_STEPS = 1e9;
/** Texts up to this length take few steps even where each character doubles them. */
const SHORT = 24;

/** Finds the next match of a regular expression in a text. */
export type Exec = (regexp: RegExp, text: string) => RegExpExecArray | null;

/**
 * Prepares uses of a pattern, given as JavaScript's source and as it is written: each use looks for one match or many, under a clock where that may take time without
 * end, and raises the PythonError `TimeoutError` then.
 */
export function guardPattern(source: string, pattern: string): () => Exec {
  const longest = longestUntimed(source);
  if (longest === Number.POSITIVE_INFINITY) return () => execPlainly;
  return () => {
    let left = MOST_TIME;
    return (regexp, text) => {
      if (text.length <= longest) return execPlainly(regexp, text);
      const began = performance.now();
      const found = inTime(pattern, text, left, () => regexp.exec(text));
      left -= performance.now() - began;
      return found;
    };
  };
}

const execPlainly: Exec = (regexp, text) => regexp.exec(text);

function inTime<T>(pattern: string, text: string, milliseconds: number, search: () => T): T {
  try {
    return withTimeLimit(milliseconds, search);
  } catch (error) {
    if (!(error instanceof TimeLimitError)) throw error;
    throw new PythonError(
      'TimeoutError',
      `the regular expression ${pattern} takes more than ${MOST_TIME} ms for a text of ${text.length} characters`,
    );
  }
}

/** The length up to which texts are searched without a clock: steps grow with the power of the repetitions, and double where these are nested. */
function longestUntimed(source: string): number {
  const repetitions = repetitionsIn(source);
  if (repetitions === 0) return Number.POSITIVE_INFINITY;
  if (repetitions === 'nested') return SHORT;
  let factorial = 1;
  for (let factor = 2; factor <= repetitions + 1; factor += 1) factorial *= factor;
  return Math.max(SHORT, Math.floor((UNTIMED_STEPS * factorial) ** (1 / (repetitions + 1))));
}

const REPEATS = /(?:[*+]|\{\d+(?:,\d*)?\})/y;
const REPEATS_OFTEN = /(?:[*+]|\{\d*,\}|\{\d*,\d{2,}\})/y;

/** How many repetitions without a (low) bound a pattern has; `nested` where what is repeated may itself match in several ways. */
function repetitionsIn(source: string): number | 'nested' {
  const loose: boolean[] = [false];
  const loosen = (): void => void loose.splice(-1, 1, true);
  let repetitions = 0;
  let classDepth = 0;
  for (let at = 0; at < source.length; at += 1) {
    const character = source[at];
    if (character === '\\') at += 1;
    else if (character === '[') classDepth += 1;
    else if (character === ']') classDepth -= 1;
    else if (classDepth > 0) continue;
    else if (character === '(') {
      loose.push(false);
      if (source[at + 1] === '?') at += 1;
    } else if (character === ')') {
      if (loose.pop() !== true) continue;
      if (isAt(REPEATS, source, at + 1)) return 'nested';
      loosen();
    } else if (character === '|' || character === '?') loosen();
    else if (isAt(REPEATS_OFTEN, source, at)) {
      repetitions += 1;
      loosen();
    }
  }
  return repetitions;
}

function isAt(pattern: RegExp, text: string, at: number): boolean {
  pattern.lastIndex = at;
  return pattern.test(text);
}

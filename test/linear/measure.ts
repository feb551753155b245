import type { Reader } from './readers.ts';

/** Runs of one character or of a few, which patterns and loops may read again from each place in them. */
export const RUNS: readonly string[] = [
  ' ',
  '\t',
  '\n',
  '\r',
  '\r\n',
  '\u00a0',
  '\u2028',
  '\0',
  '0',
  '9',
  'a',
  'A',
  'e',
  'x',
  '_',
  '-',
  '--',
  '.',
  ',',
  ', ',
  ';',
  ':',
  '=',
  '/',
  '//',
  '\\',
  '\\\\',
  '"',
  "'",
  '""',
  '`',
  '<',
  '>',
  '<>',
  '</',
  '<!--',
  '-->',
  '<![CDATA[',
  '&',
  '&gt;',
  '&#',
  '%',
  '%2',
  '%41',
  '{',
  '}',
  '{{',
  '}}',
  '{%',
  '{#',
  '[',
  ']',
  '[]',
  '(',
  ')',
  '#',
  '!',
  '?',
  '*',
  '|',
  '~',
  '@',
  '^',
  '$',
  '+',
  '+0',
  '1e',
  '0.',
  '00:',
  '2026-',
  'T',
  'é',
  '😀',
  '\ud800',
  'Σ',
  'ß',
  'a.',
  'a-',
  'a b ',
  'a@',
  'a=b&',
  'a;',
  '"a":',
  '{"a":',
  '- ',
  'not ',
];

/** Nanoseconds of work that a byte may cost. A square of 64 kB costs some 100 times as much. */
const BOUND_PER_BYTE = 4_000;
/** What is always allowed, for what is done once: compiling patterns, collecting garbage. */
const FREE_NANOSECONDS = 150_000_000;

/** Findings of one reader that show what is wrong with it. */
const ENOUGH = 3;

/** The processor time of a reading in nanoseconds; refusing the text is an answer as well. */
async function costOf(reader: Reader, text: string): Promise<number> {
  const before = process.cpuUsage();
  try {
    await reader.read(text);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) * 1000;
}

/** What stands before and after a run: nothing, letters, or what is no word. */
const AROUND = [
  ['', ''],
  ['a', 'b'],
  ['1', '!'],
] as const;

/** What takes longer than the bound, as lines of text. */
export async function slowReadings(
  reader: Reader,
  sizes: readonly number[],
  runs: readonly string[] = RUNS,
  around: readonly (readonly [string, string])[] = AROUND,
): Promise<string[]> {
  const slow: string[] = [];
  for (const run of runs) {
    for (const [before, after] of around) {
      for (const size of sizes) {
        const text = before + run.repeat(Math.ceil(size / run.length)) + after;
        const cost = await costOf(reader, text);
        if (cost <= FREE_NANOSECONDS + text.length * BOUND_PER_BYTE) continue;
        slow.push(
          `${reader.name}: ${JSON.stringify(before)} + ${JSON.stringify(run)} * ${size}: ${Math.round(cost / text.length)} ns a byte`,
        );
        break;
      }
      if (slow.length === ENOUGH) return slow;
    }
  }
  return slow;
}

import { expect, it } from 'vitest';
import type { Value } from '../../src/lang/index.ts';
import type { Json, JsonObject } from '../../src/lib/json.ts';
import { isPlainObject } from '../../src/lib/objects.ts';
import { canonical, fromTyped } from './typed-values.ts';

/** A line of a corpus that says what values come of it, or that there is an error. */
export type CorpusLine = JsonObject & { readonly expected?: Json; readonly error?: boolean };

/** One test for all lines of a corpus; prints how many gave what the reference did and shows the first that did not. */
export function itMatches(
  name: string,
  lines: readonly CorpusLine[],
  run: (line: CorpusLine) => Promise<Json>,
  compare: (value: Value, line: CorpusLine) => string = canonical,
): void {
  it(`${name}: all ${lines.length} lines`, async () => {
    const differences: string[] = [];
    for (const line of lines) {
      const expected = line.error === true ? 'error' : compare(expectedOf(line), line);
      let found: string;
      let reason = '';
      try {
        found = compare(await run(line), line);
      } catch (error) {
        found = 'error';
        reason = String(error instanceof Error ? error.stack : error);
      }
      if (found !== expected)
        differences.push(
          `${JSON.stringify(line).slice(0, 1500)}\n  expected ${expected.slice(0, 800)}\n  found    ${found.slice(0, 800)} ${reason}`,
        );
    }
    console.info(`${name}: ${lines.length - differences.length} of ${lines.length}`);
    expect(differences.slice(0, 12).join('\n\n')).toBe('');
  });
}

function expectedOf(line: CorpusLine): Value {
  const expected = line.expected ?? null;
  if (Array.isArray(expected)) return expected.map((item) => (isTyped(item) ? fromTyped(item) : (item as Value)));
  return isTyped(expected) ? fromTyped(expected) : expected;
}

function isTyped(value: Json): boolean {
  return isPlainObject(value) && typeof value['type'] === 'string' && ('value' in value || 'pairs' in value);
}

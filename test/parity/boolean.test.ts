import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { hostValues, parseOrdered } from '../../src/cli/eval-context.ts';
import { type Context, createTemplates, TemplateError, type Value } from '../../src/lang/index.ts';
import type { PlainDict } from '../../src/lang/values.ts';
import { type JsonObject, parseJson, stringifyJson } from '../../src/lib/json.ts';
import { isoParseUtc } from '../../src/lib/time/index.ts';
import { sharedPath } from './shared.ts';

const file = sharedPath('units/boolean.jsonl');
const lines = file === undefined ? [] : readFileSync(file, 'utf8').trimEnd().split('\n');

let now = 0n;
const templates = createTemplates({ now: () => now });
let passed = 0;

function outcome(condition: string | boolean, context: Context): boolean | 'error' {
  try {
    return templates.condition(condition)(context);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return 'error';
  }
}

describe.skipIf(file === undefined)('units/boolean.jsonl', () => {
  afterAll(() => {
    process.stdout.write(`units/boolean.jsonl: ${passed} of ${lines.length} lines\n`);
  });

  it.each(lines.map((line, i) => [i + 1, line] as const))('line %i', (_number, text) => {
    const line = parseJson(text) as JsonObject;
    now = isoParseUtc(line['now']).epochMicroseconds();
    const context = hostValues((parseOrdered(text) as PlainDict)['context'] as Value) as Context;
    const expected = line['error'] === true ? 'error' : (line['expected'] as JsonObject)['value'];
    expect(outcome(line['condition'] as string | boolean, context), stringifyJson(line['condition'])).toBe(expected);
    passed++;
  });
});

import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { hostValues, parseOrdered } from '../../src/cli/eval-context.ts';
import { typedValue } from '../../src/cli/typed-values.ts';
import { type Context, createTemplates, type Template, TemplateError, type TypeName, type Value } from '../../src/lang/index.ts';
import { isDict, type PlainDict } from '../../src/lang/values.ts';
import { type JsonObject, parseJson, stringifyJson } from '../../src/lib/json.ts';
import { isoParseUtc } from '../../src/lib/time/index.ts';
import { sharedPath } from './shared.ts';

const file = sharedPath('units/interpolation.jsonl');
const lines = file === undefined ? [] : readFileSync(file, 'utf8').trimEnd().split('\n');

let now = 0n;
const templates = createTemplates({ now: () => now });
let passed = 0;

/** What an evaluation gives, in the notation of the corpus. */
function outcome(evaluate: () => Value): JsonObject {
  try {
    return { expected: typedValue(evaluate()) };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return { error: true };
  }
}

function expectedOutcome(expectation: JsonObject): JsonObject {
  return 'error' in expectation ? { error: true } : { expected: expectation['expected'] ?? null };
}

function contextOf(line: string): Context {
  const request = parseOrdered(line) as PlainDict;
  const context = hostValues(request['context'] as Value);
  return isDict(context) && !(context instanceof Map) ? context : {};
}

function evaluate(template: Template, line: JsonObject, context: Context): Value {
  const validTypes = line['valid_types'] as TypeName[] | undefined;
  return template.evaluate(context, { default: line['default'] ?? null, ...(validTypes ? { validTypes } : {}) });
}

describe.skipIf(file === undefined)('units/interpolation.jsonl', () => {
  afterAll(() => {
    process.stdout.write(`units/interpolation.jsonl: ${passed} of ${lines.length} lines\n`);
  });

  it.each(lines.map((line, i) => [i + 1, line] as const))('line %i', (_number, text) => {
    const line = parseJson(text) as JsonObject;
    now = isoParseUtc(line['now']).epochMicroseconds();
    const template = templates.compile(line['template'] as string);
    const plain = expectedOutcome(line);
    expect(
      outcome(() => evaluate(template, line, contextOf(text))),
      stringifyJson(line['template']),
    ).toEqual(plain);
    if (line['valid_types'] === undefined && line['default'] === undefined) {
      const asString = line['as_interpolated_string'] as JsonObject | undefined;
      const expected = asString ? expectedOutcome(asString) : plain;
      expect(
        outcome(() => template.evaluateString(contextOf(text))),
        stringifyJson(line['template']),
      ).toEqual(expected);
    }
    passed++;
  });
});

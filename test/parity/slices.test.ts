import { describe, expect, it } from 'vitest';
import { createGuards } from '../../src/engine/guards.ts';
import type { Cursor } from '../../src/engine/kinds.ts';
import type { StreamSlice } from '../../src/engine/stream-slice.ts';
import { Float, type Json, type JsonObject } from '../../src/lib/json.ts';
import { isPlainObject } from '../../src/lib/objects.ts';
import { isoParse } from '../../src/lib/time/index.ts';
import { buildFromYaml } from '../../src/testing/build-from-yaml.ts';
import { corpusLines, sharedPath } from './shared.ts';

const FILE = 'units/slices.jsonl';

/** The reference lets values of the future move the state. */
const AS_THE_REFERENCE = createGuards({ metadata: { guards: { future_cursor: 'keep' } } });

/** What a line expects, as far as the sequence of steps got before an error. */
interface Outcome {
  initial_state?: Json;
  slices?: Json;
  should_be_synced?: Json;
  states?: Json;
  final_state?: Json;
  error?: true;
}

describe.skipIf(sharedPath(FILE) === undefined)(FILE, () => {
  it('cuts the slices and keeps the states that the reference does', async () => {
    const lines = corpusLines(FILE);
    const failures: string[] = [];
    for (const [index, given] of lines.entries()) {
      if (differsOnPurpose(given)) continue;
      const line = withRowsAheadOfNow(given);
      const found = await outcomeOf(line);
      const difference = differenceOf(line, found);
      if (difference !== undefined) failures.push(`line ${index + 1}: ${difference}`);
    }
    console.log(`${FILE}: ${lines.length - failures.length}/${lines.length}`);
    expect(failures.slice(0, 20)).toEqual([]);
  });
});

/** States without a cursor value end a sync of the reference, and it never joins windows that are a day apart. */
function differsOnPurpose({ definition, state, error }: JsonObject): boolean {
  if (!isPlainObject(state)) return false;
  const { slices } = state as { slices?: { start: string; end: string }[] };
  if (error === true)
    return Array.isArray(slices) ? slices.length === 0 : Object.values(state).some((value) => value === '' || value === null);
  const { datetime_format: format, cursor_granularity: granularity } = definition as JsonObject;
  if (format !== '%Y-%m-%d' || granularity !== undefined || !Array.isArray(slices)) return false;
  return slices.some(({ start }, index) => Date.parse(start) - Date.parse(slices[index - 1]?.end ?? '') === 86_400_000);
}

/** What is expected of rows that are dated after now: where no end is stated they are kept here, and dropped by the reference. */
function withRowsAheadOfNow(line: JsonObject): JsonObject {
  const { definition, should_be_synced: synced, now } = line;
  if (!Array.isArray(synced) || Object.hasOwn(definition as JsonObject, 'end_datetime')) return line;
  const isAhead = (value: Json | undefined): boolean => typeof value === 'string' && value > (now as string).slice(0, value.length - 1);
  return { ...line, should_be_synced: (synced as Json[][]).map(([value, kept]) => [value ?? null, isAhead(value) || (kept ?? null)]) };
}

async function outcomeOf(line: JsonObject): Promise<Outcome> {
  const outcome: Outcome = {};
  try {
    const now = isoParse(line['now'] as string).epochMicroseconds();
    const setting = { config: line['config'] as JsonObject, now, run: { guards: AS_THE_REFERENCE } };
    const sync = buildFromYaml('incrementalSync', line['definition'] as JsonObject, setting);
    const cursor = sync.open((line['state'] as JsonObject | null) ?? undefined);
    outcome.initial_state = cursor.state();
    const slices = await Array.fromAsync(cursor.slices());
    outcome.slices = slices.map(({ cursorSlice }) => cursorSlice);
    outcome.should_be_synced = ((line['should_be_synced'] ?? []) as Json[][]).map(([value]) => [
      value ?? null,
      isSynced(cursor, value, slices[0]),
    ]);
    outcome.states = readAll(cursor, line, slices);
    outcome.final_state = cursor.state();
  } catch {
    outcome.error = true;
  }
  return outcome;
}

function isSynced(cursor: Cursor, value: Json | undefined, slice: StreamSlice | undefined): boolean {
  return cursor.shouldBeSynced({ [cursor.field as string]: value as Json }, slice as StreamSlice);
}

function readAll(cursor: Cursor, line: JsonObject, slices: readonly StreamSlice[]): Json[] {
  const records = (line['records'] ?? []) as JsonObject[][];
  const order = (line['close_order'] as number[] | undefined) ?? slices.map((_, index) => index);
  for (const [index, slice] of slices.entries()) for (const record of records[index] ?? []) cursor.observe(record, slice);
  return order.map((index) => {
    cursor.close(slices[index] as StreamSlice);
    return cursor.state();
  });
}

function differenceOf(line: JsonObject, found: Outcome): string | undefined {
  if (line['error'] === true) return found.error ? undefined : `no error (${JSON.stringify(line['definition'])})`;
  for (const key of ['initial_state', 'slices', 'should_be_synced', 'states', 'final_state'] as const) {
    const expected = line[key];
    if (expected === undefined) continue;
    const [wanted, got] = [comparable(expected), comparable(found[key] ?? null)];
    if (wanted !== got) return `${key} ${got} instead of ${wanted} (${JSON.stringify([line['definition'], line['state'], found.error])})`;
  }
  return undefined;
}

/** A text that equal values share, typed values of the corpus included. */
function comparable(value: Json): string {
  return JSON.stringify(value, (_key, item: Json) => {
    if (item === Number.POSITIVE_INFINITY) return 'Infinity';
    if (!isPlainObject(item) || item instanceof Float) return item;
    if (item['type'] === 'float') return item['value'] as Json;
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

import { describe, expect, it } from 'vitest';
import { PythonError } from '../lang/index.ts';
import { type Json, type JsonObject, parseExactJson } from '../lib/json.ts';
import { scanDocument } from '../lib/json-list/list-scan.ts';
import { buildFromYaml, testRun } from '../testing/build-from-yaml.ts';
import { comparePages } from '../testing/compare-pages.ts';
import { Random } from '../testing/random.ts';
import type { PageRequest, PartitionRouter, Row, RowTarget } from './kinds.ts';
import { createPartitionCursor } from './partition-cursor.ts';
import { createRawPlan, type RowParser, rawBatches } from './raw-rows.ts';
import { StreamSlice } from './stream-slice.ts';

describe('records that are copied', () => {
  it('are those that parsing gives, for any document, whole and in pieces', () => {
    const { copied, left } = comparePages(1, 4_000);
    expect(copied).toBeGreaterThan(2_000);
    expect(left).toBeLessThan(1_000);
  });

  // A key that comes twice and is null the second time; an integer -0 that becomes a float; fields computed from ones that the schema changes.
  it.each([772, 4785, 12_588])('are right for the document of seed %i', (seed) => {
    expect(comparePages(seed, 1).copied).toBe(1);
  });
});

const CURSORS = [
  'type: DatetimeBasedCursor\ndatetime_format: "%s"\nstart_datetime: "1700000000"',
  'type: DatetimeBasedCursor\ndatetime_format: "%ms"\nstart_datetime: "1700000000000"',
  'type: DatetimeBasedCursor\ndatetime_format: "%s"\nstart_datetime: "1700000000"\nis_data_feed: true',
  'type: DatetimeBasedCursor\ndatetime_format: "%Y%m%d"\nstart_datetime: "20240101"',
  'type: IncrementingCountCursor\nstart_value: 5',
];
const ADDED = [
  '',
  '{{ record.ms / 1000 }}',
  '{{ (record.ms | int) // 1000 }}',
  '{{ record.s - 1 }}',
  '{{ stream_slice.start_time }}ä',
  'x',
];
const ROUTER: PartitionRouter = {
  contribute() {},
  async *slices() {
    yield new StreamSlice({ part: 'ä' });
  },
};
/** The present of the test's clock is 1768480496 seconds. */
const SECONDS = [1_704_067_200, 1_704_067_201, 1_768_480_496, 1_768_480_497, 1_900_000_000, 5, 0, 20_260_114];

/** What a page came to: its lines, and what its cursor has seen of it. */
interface Outcome {
  readonly lines: string[];
  readonly latest: (Json | undefined)[];
  readonly looks: number;
  state: JsonObject;
  /** The kind of error that the page ended with, such as for values that cannot be compared. */
  error: string | undefined;
}

/** Writes pages of generated rows, with the cursor told of each row, or of the extremes where that will do. */
async function write(seed: number, together: boolean): Promise<Outcome> {
  const random = new Random(seed);
  const value = random.pick(ADDED);
  const field = random.pick(['s', 'ms', value === '' ? 's' : 'added']);
  const isOdd = random.chance(0.5);
  const sync = buildFromYaml('incrementalSync', `${random.pick(CURSORS)}\ncursor_field: ${field}`);
  const cursor =
    random.chance(0.5) && sync.partitionable ? createPartitionCursor(testRun(), ROUTER, sync, undefined) : sync.open(undefined);
  const others = random.pick(['', 'x', '{{ stream_slice.part }}', '{{ record.s }}', '{{ none }}']);
  const definition = (path: string, text: string): string => `{type: AddedFieldDefinition, path: [${path}], value: "${text}"}`;
  const added = [definition('added', value), ...(others === '' ? [] : [definition('more', others)])];
  const yaml = `type: AddFields\nfields: [${(random.chance(0.5) ? added : added.reverse()).join(', ')}]`;
  const edits = value === '' ? undefined : buildFromYaml('transformation', yaml).edits;
  const plan = createRawPlan(['s', 'ms', field], edits ?? { sets: [], drops: [] }, { observed: [field] });
  const [open = new StreamSlice()] = await Array.fromAsync(cursor.slices());
  const request: PageRequest = { slice: open, token: undefined };
  const outcome: Outcome = { lines: [], latest: [], looks: 0, state: {}, error: undefined };
  let looks = 0;
  const observe = (record: Row): void => {
    looks += 1;
    cursor.observe(record, open);
  };
  const target: RowTarget = {
    lines: { prefix: () => Buffer.from('{{'), write: (block) => void outcome.lines.push(Buffer.from(block).toString()) },
    write: (record) => {
      outcome.lines.push(JSON.stringify(record));
      observe(record as Row);
    },
    observe,
    observeExtremes: together ? (greatest, least) => cursor.observeExtremes?.(greatest, least, open) === true : undefined,
  };
  const parser: RowParser = {
    parse: (bytes) => parseExactJson(Buffer.from(bytes).toString()) as Json[],
    refine: (records) => ({ records: records as unknown as Row[] }),
  };
  try {
    for (let page = 0; page < 3; page += 1) {
      const rows = Array.from({ length: 1 + random.below(9) }, () => rowOf(random, isOdd));
      const document = scanDocument([Buffer.from(`[${rows.join(',')}]`)], { path: [], fields: plan.fields, dropped: plan.dropped });
      if (document === undefined) throw new Error(`The page of seed ${seed} cannot be scanned.`);
      const [batch] = rawBatches(document.elements, plan, request, parser);
      batch?.writeTo?.(target);
      outcome.latest.push(cursor.latestIn?.(open), { ...cursor.progress?.().memo, started_at: 0 });
    }
    cursor.close(open);
    cursor.finish?.();
    outcome.state = cursor.state();
  } catch (error) {
    if (!(error instanceof PythonError)) throw error;
    outcome.error = error.type;
  }
  return { ...outcome, looks };
}

function rowOf(random: Random, isOdd: boolean): string {
  const s = random.pick(SECONDS) + random.below(3);
  const ms = random.chance(0.3) ? s * 1000 : s * 1000 + random.below(1000);
  if (!isOdd || random.chance(0.7)) return `{"s":${s},"ms":${ms}}`;
  return `{"s":${random.pick([s, 'null', `"${s}"`, 0, -1])},"ms":${random.pick([ms, 'null', `${ms}.5`, -1, '"x"'])}}`;
}

describe('records that are looked at together', () => {
  it('are written, and move the cursor, as those that are looked at one by one', async () => {
    let spared = 0;
    for (let seed = 1; seed <= 1000; seed += 1) {
      const [together, each] = [await write(seed, true), await write(seed, false)];
      expect({ seed, ...together, looks: 0 }).toEqual({ seed, ...each, looks: 0 });
      if (together.looks < each.looks) spared += 1;
    }
    expect(spared).toBeGreaterThan(100);
  });
});

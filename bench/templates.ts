/**
 * Measures templates against closures written by hand: `node bench/templates.ts [ROUNDS]`.
 * Prints nanoseconds an evaluation and the ratio of the two.
 */
import { type Context, createTemplates, type Value } from '../src/lang/index.ts';

type Record = { readonly [field: string]: unknown };

interface Measured {
  readonly name: string;
  readonly run: (context: Context) => unknown;
  readonly byHand: (record: Record) => unknown;
}

const templates = createTemplates({ now: () => 1_768_480_496_789_012n });

function value(text: string, byHand: (record: Record) => unknown): Measured {
  const template = templates.compile(text);
  return { name: text, run: (context) => template.evaluate(context), byHand };
}

function condition(text: string, byHand: (record: Record) => unknown): Measured {
  return { name: `if ${text}`, run: templates.condition(text), byHand };
}

const CASES: readonly Measured[] = [
  value("{{ record['timestamp'] | int / 1000 }}", (record) => {
    const timestamp = record['timestamp'];
    return (typeof timestamp === 'number' ? Math.trunc(timestamp) : Number.parseInt(String(timestamp), 10)) / 1000;
  }),
  condition("{{ record['active'] and record['count'] > 3 }}", (record) => Boolean(record['active']) && (record['count'] as number) > 3),
  condition('{{ record.updated_at >= stream_slice.start_time }}', (record) => (record['updated_at'] as string) >= '2024-01-01T00:00:00Z'),
  value("{{ record['name'] }}", (record) => record['name']),
  value("{{ record.get('owner', {}).get('id') }}", (record) => (record['owner'] as Record | undefined)?.['id']),
  value("/items/{{ record['id'] }}/comments", (record) => `/items/${String(record['id'])}/comments`),
  value("{{ format_datetime(record['updated_at'], '%Y-%m-%d') }}", (record) => (record['updated_at'] as string).slice(0, 10)),
];

const RECORDS = Array.from({ length: 1000 }, (_, i) => ({
  id: i,
  timestamp: 1_706_659_200_000 + i * 1000 + 7,
  active: i % 3 !== 0,
  count: i % 7,
  name: `name of ${i}`,
  updated_at: `2024-02-${String((i % 28) + 1).padStart(2, '0')}T00:00:00Z`,
  owner: i % 2 === 0 ? { id: `o${i}` } : {},
}));
const CONTEXTS: readonly Context[] = RECORDS.map((record) => ({
  config: {},
  parameters: {},
  record: record as unknown as Value,
  stream_slice: { start_time: '2024-02-10T00:00:00Z' },
}));

/** Keeps results alive, so that nothing measured is optimised away. */
let sink: unknown;

function nanoseconds<T>(items: readonly T[], run: (item: T) => unknown, rounds: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const start = process.hrtime.bigint();
    for (const item of items) sink = run(item);
    best = Math.min(best, Number(process.hrtime.bigint() - start) / items.length);
  }
  return best;
}

const rounds = Number(process.argv[2] ?? 3000);
// All of them are warmed up first, as in a run that uses many templates.
for (const { run, byHand } of CASES) {
  nanoseconds(CONTEXTS, run, 100);
  nanoseconds(RECORDS, byHand, 100);
}
for (const { name, run, byHand } of CASES) {
  const [ours, hand] = [nanoseconds(CONTEXTS, run, rounds), nanoseconds(RECORDS, byHand, rounds)];
  process.stdout.write(
    `${ours.toFixed(1).padStart(8)} ns ${hand.toFixed(1).padStart(8)} ns by hand ${(ours / hand).toFixed(1).padStart(6)}x  ${name}\n`,
  );
}
if (sink === RECORDS) process.stdout.write('\n');

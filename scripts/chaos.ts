/**
 * Reads from an API that does everything wrong, kills the connector at random moments and lets it go on from its last states:
 * `node scripts/chaos.ts [--seeds FIRST-LAST] [--jobs COUNT] [--connector FILE] [--verbose]`. A seed that fails does the same again when it is played alone.
 * Its last line is `N passed, N failed`; exit code 1 when a seed failed.
 */
import { parseArgs } from 'node:util';
import { MAIN } from '../test/chaos/connector-run.ts';
import { playSeed, type SeedResult } from '../test/chaos/play-seed.ts';

const { values: options } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1-500' },
    jobs: { type: 'string', default: '3' },
    connector: { type: 'string', default: MAIN },
    verbose: { type: 'boolean', default: false },
  },
});
const [first = 1, last = first] = options.seeds.split('-').map(Number);
const began = performance.now();
/** Without the plans, which hold every row. */
const results: (Omit<SeedResult, 'plan'> & { readonly seed: number })[] = [];
let next = first;

async function work(): Promise<void> {
  while (next <= last) {
    const seed = next;
    next += 1;
    const { plan, ...result } = await playSeed(seed, options);
    results.push({ seed, ...result });
    for (const problem of result.problems) process.stdout.write(`seed ${seed}: ${problem}\n`);
    if (options.verbose) process.stdout.write(`${JSON.stringify(describe({ plan, ...result }))}\n`);
  }
}

function describe({ plan, runs, rows, duplicates, kills, faults }: SeedResult): object {
  const streams = plan.streams.map(({ name, rows: all, pageSize }) => `${name} ${all.length}/${pageSize}`);
  const { seed, concurrency, auth, faultRate } = plan;
  return { seed, concurrency, auth, faultRate, streams, runs, rows, duplicates, kills, faults: Object.fromEntries(faults) };
}

function count(names: Iterable<readonly [string, number]>): [string, number][] {
  const counts = new Map<string, number>();
  for (const [name, times] of names) counts.set(name, (counts.get(name) ?? 0) + times);
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}

function printTable(): void {
  const sum = (of: (result: (typeof results)[number]) => number): number => results.reduce((total, result) => total + of(result), 0);
  const row = (name: string, value: number | string): void => void process.stdout.write(`${name.padEnd(34)} ${value}\n`);
  process.stdout.write('\n');
  row('seeds', results.length);
  row(
    'runs',
    sum(({ runs }) => runs),
  );
  row(
    'rows that arrived',
    sum(({ rows }) => rows),
  );
  process.stdout.write('\nfaults\n');
  for (const [name, times] of count(results.flatMap(({ faults }) => [...faults]))) row(`  ${name}`, times);
  process.stdout.write('\nkills\n');
  for (const [name, times] of count(results.flatMap(({ kills }) => kills.map((kill) => [kill, 1] as const)))) row(`  ${name}`, times);
  const kills = sum(({ kills: own }) => own.length);
  row('\nrows that came again, a kill', kills === 0 ? 0 : (sum(({ duplicates }) => duplicates) / kills).toFixed(1));
  row('seconds', ((performance.now() - began) / 1000).toFixed(1));
}

await Promise.all(Array.from({ length: Math.min(Number(options.jobs), last - first + 1) }, work));
printTable();
const failed = results.filter(({ problems }) => problems.length > 0).map(({ seed }) => seed);
if (failed.length > 0)
  process.stdout.write(`failed: ${failed.join(', ')}; play one by: node scripts/chaos.ts --seeds ${failed[0]} --verbose\n`);
process.stdout.write(`${results.length - failed.length} passed, ${failed.length} failed\n`);
process.exitCode = failed.length > 0 ? 1 : 0;

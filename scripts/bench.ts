/**
 * Runs the performance yardstick beside the checkout and compares with the lines that the project holds itself to: `npm run bench`, with
 * `--quick` for small sizes and wider lines, `--scenario NAME,...` for some of it (`extremes` for what the yardstick has no scenario for), `--peer COMMAND` to measure another connector in turn.
 * Whole and at full size it writes bench/results.json. Its last line is `N passed, N failed`.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type Figure, measureExtremes } from './bench-extremes.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const BENCH = path.resolve(ROOT, '../shared/bench/run.mjs');

/** The most that a scenario may take: CPU time in multiples of the floor's, resident megabytes, seconds on the clock. */
interface Line {
  readonly cpu?: number;
  readonly rss?: number;
  readonly wall?: number;
}

const FULL: Readonly<Record<string, Line>> = {
  'dataset-query': { cpu: 0.55, rss: 120 },
  'dataset-body': { cpu: 0.55, rss: 120 },
  resource: { cpu: 0.5, rss: 120 },
  small: { cpu: 1.1, rss: 120 },
  partitions: { wall: 1.15, rss: 120 },
  huge: { cpu: 0.4, rss: 120 },
};
/** Short runs are mostly the start of the process, and CI's machine is a busy one. */
const QUICK: Readonly<Record<string, Line>> = {
  'dataset-query': { cpu: 2.4 },
  'dataset-body': { cpu: 2.4 },
  resource: { cpu: 1.6 },
  small: { cpu: 3 },
  huge: { cpu: 1.1, rss: 200 },
};
/** CPU time of a command in multiples of a bare start of Node. */
const START: Readonly<Record<string, number>> = { spec: 2.5, check: 3.5 };
const START_QUICK: Readonly<Record<string, number>> = { spec: 4, check: 7 };

interface Row {
  readonly scenario: string;
  readonly who: string;
  readonly 'cpu s'?: string;
  readonly 'wall s'?: string;
  readonly 'cpu/floor'?: string;
  readonly 'rss MB'?: string;
  readonly ok?: string;
}

const { values } = parseArgs({
  options: { quick: { type: 'boolean' }, scenario: { type: 'string' }, peer: { type: 'string' }, runs: { type: 'string' } },
});
const isQuick = values.quick === true;
const lines = isQuick ? QUICK : FULL;
const starts = isQuick ? START_QUICK : START;
/** What the yardstick has no scenario for; only at full size. */
const EXTREMES = 'extremes';
const wished = values.scenario?.split(',') ?? ['start', ...Object.keys(lines), ...(isQuick ? [] : [EXTREMES])];
const scenarios = wished.filter((scenario) => scenario !== EXTREMES);
const connector = `${process.execPath} ${path.join(ROOT, 'dist/main.js')}`;

async function measure(): Promise<Row[]> {
  const work = mkdtempSync(path.join(tmpdir(), 'bench-'));
  const report = path.join(work, 'report.json');
  try {
    const args = [BENCH, '--scenario', scenarios.join(','), '--connector', connector];
    args.push('--json', report, ...(isQuick ? ['--quick'] : []));
    for (const option of ['peer', 'runs'] as const) if (values[option] !== undefined) args.push(`--${option}`, values[option]);
    // The yardstick starts the floor by the Node that it runs on itself: both run on the same one.
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] });
    await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    return (JSON.parse(readFileSync(report, 'utf8')) as { table: Row[] }).table;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

let [passed, failed] = [0, 0];

function judge(name: string, value: number, most: number, unit: string): void {
  const isGood = value <= most;
  if (isGood) passed += 1;
  else failed += 1;
  process.stdout.write(`${isGood ? 'ok  ' : 'FAIL'} ${name}: ${value} ${unit}, at most ${most}\n`);
}

function judgeScenario(name: string, row: Row | undefined, { cpu, rss, wall }: Line): void {
  if (row === undefined || (row.ok !== undefined && row.ok !== '' && row.ok !== 'ok')) {
    failed += 1;
    process.stdout.write(`FAIL ${name}: records ${row?.ok ?? 'not read'}\n`);
    return;
  }
  if (cpu !== undefined) judge(name, Number(row['cpu/floor']), cpu, "times the floor's CPU time");
  if (rss !== undefined) judge(name, Number(row['rss MB']), rss, 'MB resident');
  if (wall !== undefined) judge(name, Number(row['wall s']), wall, 's on the clock');
}

function judgeStart(rows: readonly Row[], verb: string, most: number): void {
  const seconds = (who: string): number => Number(rows.find((row) => row.scenario === verb && row.who === who)?.['cpu s']);
  judge(verb, Math.round((seconds('connector') / seconds('node -e 0')) * 100) / 100, most, 'times a bare start');
}

if (!existsSync(BENCH)) {
  process.stdout.write('There is no yardstick beside the checkout.\n0 passed, 0 failed\n');
  process.exit(0);
}
const rows = scenarios.length === 0 ? [] : await measure();
const own = rows.filter(({ who }) => who === 'connector');
for (const scenario of scenarios) {
  if (scenario === 'start') for (const [verb, most] of Object.entries(starts)) judgeStart(rows, verb, most);
  else
    judgeScenario(
      scenario,
      own.find((row) => row.scenario === scenario),
      lines[scenario] ?? {},
    );
}
const figures: Figure[] = [];
if (wished.includes(EXTREMES)) {
  const work = mkdtempSync(path.join(tmpdir(), 'bench-'));
  try {
    for await (const figure of measureExtremes({ connector, yardstick: path.dirname(BENCH), work })) {
      figures.push(figure);
      judge(figure.name, figure.value, figure.most, figure.unit);
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
if (!isQuick && values.scenario === undefined) {
  const machine = `${cpus()[0]?.model ?? 'unknown'}, ${availableParallelism()} cores, Node ${process.version}`;
  writeFileSync(path.join(ROOT, 'bench/results.json'), `${JSON.stringify({ machine, rows, figures }, undefined, 2)}\n`);
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 ? 1 : 0;

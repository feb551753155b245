/**
 * Runs the performance yardstick beside the checkout in its quick form and fails when the connector is far off: a wrong checksum, or more
 * than so many times the CPU time of the floor, the least program that could do the same. Its last line is `N passed, N failed`.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '..');
const BENCH = path.resolve(ROOT, '../shared/bench/run.mjs');
/** The most CPU time, by scenario, in multiples of the floor's; quick runs are short, so much of it is the start. */
const MOST: Readonly<Record<string, number>> = { 'dataset-query': 5, 'dataset-body': 5, resource: 5 };

interface Row {
  scenario: string;
  who: string;
  'cpu/floor'?: string;
  'rss MB'?: string;
  ok?: string;
}

async function measure(): Promise<Row[]> {
  const work = mkdtempSync(path.join(tmpdir(), 'bench-'));
  const report = path.join(work, 'report.json');
  const connector = `${process.execPath} ${path.join(ROOT, 'dist/main.js')}`;
  try {
    const args = [BENCH, '--quick', '--scenario', Object.keys(MOST).join(','), '--connector', connector, '--json', report];
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

if (!existsSync(BENCH)) {
  process.stdout.write('There is no yardstick beside the checkout.\n0 passed, 0 failed\n');
  process.exit(0);
}
const rows = (await measure()).filter(({ who }) => who === 'connector');
let failed = 0;
for (const [scenario, most] of Object.entries(MOST)) {
  const row = rows.find((candidate) => candidate.scenario === scenario);
  const ratio = Number(row?.['cpu/floor']);
  const isGood = row?.ok === 'ok' && ratio <= most;
  if (!isGood) failed += 1;
  process.stdout.write(
    `${isGood ? 'ok' : 'FAIL'} ${scenario}: ${ratio} times the floor's CPU time, at most ${most}; records ${row?.ok ?? 'not read'}\n`,
  );
}
process.stdout.write(`${Object.keys(MOST).length - failed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 ? 1 : 0;

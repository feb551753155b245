/**
 * Judges the built connector by the recorded cases beside the checkout: all component cases, all reported
 * ones and a sample of the others, another one each day. `node scripts/check-conformance.ts [--seed TEXT] [--sample COUNT] [--all]`. Cases in test/conformance-known.txt may fail. Its last
 * line is `N passed, N failed`; exit code 1 when a case fails that is not listed, or one that is listed passes.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

const ROOT = path.resolve(import.meta.dirname, '..');
const CONFORMANCE = path.resolve(ROOT, '../shared/conformance');
const KNOWN_FILE = path.join(ROOT, 'test/conformance-known.txt');
const MOST_KNOWN = 40;

interface Report {
  cases: { name: string; suite: string; commands: Record<string, string[]> }[];
}

/** The cases that may fail, as `suite/case command`, with the reason for each. */
function readKnown(): Map<string, string> {
  const known = new Map<string, string>();
  for (const line of readFileSync(KNOWN_FILE, 'utf8').split('\n')) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [, name = '', command = '', reason = ''] = /^(\S+)\s+(\S+)\s*(.*)$/.exec(line) ?? [];
    if (reason === '') throw new Error(`${KNOWN_FILE}: a case without a reason: ${line}`);
    known.set(`${name} ${command}`, reason);
  }
  if (known.size > MOST_KNOWN)
    throw new Error(`${KNOWN_FILE} lists ${known.size} cases; at most ${MOST_KNOWN} may differ from the reference`);
  return known;
}

function caseFiles(suite: string): string[] {
  const folder = path.join(CONFORMANCE, 'cases', suite);
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => path.join(folder, name));
}

/** So many of the files, which ones depending on the seed alone. */
function sampleOf(files: readonly string[], count: number, seed: string): string[] {
  const rank = (file: string): string =>
    createHash('sha256')
      .update(`${seed} ${path.basename(file)}`)
      .digest('hex');
  return files
    .map((file) => ({ file, rank: rank(file) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .slice(0, count)
    .map(({ file }) => file);
}

async function judge(files: readonly string[]): Promise<Report> {
  const work = mkdtempSync(path.join(tmpdir(), 'conformance-'));
  const report = path.join(work, 'report.json');
  const connector = `${process.execPath} ${path.join(ROOT, 'dist/main.js')}`;
  try {
    const args = [
      path.join(CONFORMANCE, 'judge.mjs'),
      '--connector',
      connector,
      '--timeout',
      '60',
      '--report',
      report,
      '--cases',
      ...files,
    ];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] });
    await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    return JSON.parse(readFileSync(report, 'utf8')) as Report;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

const { values: options } = parseArgs({
  options: { seed: { type: 'string' }, sample: { type: 'string', default: '60' }, all: { type: 'boolean', default: false } },
});
if (!existsSync(CONFORMANCE)) {
  process.stdout.write('There are no recorded cases beside the checkout.\n0 passed, 0 failed\n');
  process.exit(0);
}
const seed = options.seed ?? new Date().toISOString().slice(0, 10);
const known = readKnown();
const others = ['real', 'fuzz'].flatMap(caseFiles);
const files = [
  ...caseFiles('components'),
  ...caseFiles('reported'),
  ...(options.all ? others : sampleOf(others, Number(options.sample), seed)),
];
process.stdout.write(`${files.length} recorded cases, seed ${seed}\n`);
const { cases } = await judge(files);
let passed = 0;
let failed = 0;
for (const { name, suite, commands } of cases) {
  for (const [command, problems] of Object.entries(commands)) {
    const reason = known.get(`${suite}/${name} ${command}`);
    const isRed = problems.length > 0;
    if (isRed === (reason !== undefined)) passed += 1;
    else failed += 1;
    if (reason !== undefined) process.stdout.write(`${isRed ? 'known' : 'LISTED BUT PASSES'}: ${suite}/${name} ${command}: ${reason}\n`);
  }
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 ? 1 : 0;

/**
 * Runs the real clients and suites that lie beside the checkout on the built command, on images built for it and on the local API:
 * `npm run acceptance -- [--quick] [--no-setup] [--cat DIR] [--dockerfile FILE] [CHECK...]`.
 * Their environments come from PyPI; what cannot run is named with the reason. `--quick` leaves out what takes longest. A check
 * that makes fewer assertions than it should has failed. The last line is `N passed, N failed`; exit code 1 when anything failed.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { runOwnConnectorSuites } from './own-connector-suites.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const CLIENTS = path.resolve(ROOT, '../shared/clients');
const WORK = path.resolve(process.env['CLIENTS_WORK'] ?? path.join(tmpdir(), 'clients-work'));
const COMMAND = `${process.execPath} ${path.join(ROOT, 'dist/main.js')}`;
const ENVIRONMENTS = ['cdk', 'playground', 'pyairbyte'];
/** The exit code of build-images.ts where there is no base image to be had. */
const NO_BASE = 3;

/**
 * How many assertions of each check pass: as many as on the reference, less the one of `protocol` that is made only where it fails. The
 * `own` ones are Airbyte's suites on the bundled connector; `dlt` is dlt itself on the same local API as the engine, and Fivetran's playground.
 */
const LEAST: Readonly<Record<string, number>> = {
  protocol: 247,
  'protocol-config': 247,
  pyairbyte: 28,
  playground: 17,
  'playground-limits': 17,
  'dlt-lowcode': 11,
  builder: 8,
  'manifest-server': 19,
  'protocol-image': 247,
  platform: 20,
  'pyairbyte-image': 28,
  'standard-image': 13,
  'standard-base': 5,
  cat: 44,
  dlt: 177,
  'own-standard': 6,
  'own-cat': 40,
};
const OWN = ['own-standard', 'own-cat'];
const DLT = 'dlt';
const DLT_TESTS = ['test/parity/dlt.test.ts', 'test/parity/playground.test.ts'];
const SLOW = [
  'protocol-config',
  'playground-limits',
  'dlt-lowcode',
  DLT,
  'pyairbyte-image',
  'standard-image',
  'standard-base',
  'cat',
  'own-cat',
];

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    'no-setup': { type: 'boolean', default: false },
    cat: { type: 'string' },
    dockerfile: { type: 'string' },
  },
});

let passed = 0;
let failed = 0;

/** Runs a program to its end with its output shown; gives each line of it to `onLine`. */
async function run(command: string, args: readonly string[], onLine: (line: string) => void = () => {}): Promise<number> {
  const child = spawn(command, args, {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, CLIENTS_WORK: WORK, NO_COLOR: '1' },
  });
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
  for await (const line of createInterface({ input: child.stdout })) {
    console.log(line);
    onLine(line);
  }
  return await ended;
}

/** Adds the counts of a check to the sums: its summary tells how many assertions passed and how many failed. */
function count(name: string, summary: string): void {
  const number = (pattern: RegExp): number => Number(pattern.exec(summary)?.[1] ?? 0);
  const ok = number(/(\d+) (?:ok|passed)/);
  const bad = number(/(\d+) failed/) + number(/(\d+) errors?/);
  const missing = (LEAST[name] ?? 0) - ok - bad;
  passed += ok;
  failed += bad + Math.max(missing, 0);
  if (missing > 0) console.log(`FAIL ${name}: ${missing} assertions fewer than there should be`);
}

async function makeEnvironments(): Promise<void> {
  for (const name of ENVIRONMENTS) await run(path.join(CLIENTS, 'setup'), [name]);
  if (given.cat !== undefined) await run(path.join(CLIENTS, 'setup'), ['cat', given.cat]);
}

/** Builds the images under a tag of this run; undefined, with the reason told, where that cannot be done. */
async function buildImages(): Promise<string | undefined> {
  if (spawnSync('docker', ['version'], { stdio: 'ignore' }).status !== 0) {
    console.log('skip images: there is no docker');
    return undefined;
  }
  const tag = `acceptance-${process.pid}`;
  const code = await run(process.execPath, ['scripts/build-images.ts', '--tag', tag]);
  if (code === 0) return tag;
  if (code !== NO_BASE) {
    console.log('FAIL images: they cannot be built');
    failed += 1;
  }
  return undefined;
}

/** The checks to run: those named, or all that are not too slow for a quick run. */
function wanted(name: string): boolean {
  return positionals.length > 0 ? positionals.includes(name) : !(given.quick && SLOW.includes(name));
}

async function runClients(tag: string | undefined): Promise<void> {
  const { dockerfile } = given;
  const checks = Object.keys(LEAST).filter((name) => wanted(name) && name !== DLT && !OWN.includes(name));
  if (checks.length === 0) return;
  const options = [
    ...['--command', COMMAND],
    ...['--builder', COMMAND],
    ...['--manifest-server', `${COMMAND} serve --port {port}`],
    ...(tag === undefined ? [] : ['--image', `source-declarative-manifest:${tag}`]),
    ...(tag === undefined || dockerfile === undefined ? [] : ['--dockerfile', dockerfile]),
  ];
  const summaries = new Map<string, string>();
  const red = await runChecks([...options, ...checks], summaries);
  // The clients' own servers are slow to start on a busy machine: what failed is asked once more, and that answer counts.
  if (red.length > 0) {
    console.log(`again: ${red.join(', ')}`);
    await runChecks([...options, ...red], summaries);
  }
  for (const [name, summary] of summaries) count(name, summary);
}

/** Runs checks and keeps the summary of each; gives the names of those that failed. */
async function runChecks(args: readonly string[], summaries: Map<string, string>): Promise<string[]> {
  const red: string[] = [];
  let isWhole = false;
  await run(path.join(CLIENTS, 'run'), args, (line) => {
    isWhole ||= /^\d+ ran, \d+ failed, \d+ skipped$/.test(line);
    const [, verdict, name = '', summary = ''] = /^(ok {2}|FAIL) (\S+): (.*)$/.exec(line) ?? [];
    if (verdict === undefined) return;
    summaries.set(name, summary);
    if (verdict === 'FAIL') red.push(name);
  });
  if (!isWhole) {
    console.log('FAIL clients: their run broke off');
    failed += 1;
  }
  return red;
}

/** Runs the tests that read by dlt as well, in the environment of the kit. */
async function compareWithDlt(): Promise<void> {
  if (!given['no-setup']) await run(path.join(CLIENTS, 'setup'), [DLT]);
  if (!existsSync(path.join(WORK, 'venv/dlt/bin/python'))) {
    console.log(`skip ${DLT}: needs \`setup dlt\``);
    return;
  }
  let summary = '';
  await run(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...DLT_TESTS], (line) => {
    if (/^\s*Tests\s/.test(line)) summary = line;
  });
  count(DLT, summary);
}

async function runOwnSuites(tag: string): Promise<void> {
  const suites = OWN.filter(wanted);
  for (const { name, summary, skipped } of await runOwnConnectorSuites({
    clients: CLIENTS,
    work: WORK,
    image: `source-declarative:${tag}`,
    suites,
  })) {
    if (skipped !== undefined) console.log(`skip ${name}: ${skipped}`);
    else {
      console.log(`${name}: ${summary ?? 'no counts'}`);
      count(name, summary ?? '');
    }
  }
}

if (!existsSync(CLIENTS)) console.log('The clients are not beside the checkout.');
else {
  if (!given['no-setup']) await makeEnvironments();
  const tag = await buildImages();
  try {
    await runClients(tag);
    if (wanted(DLT)) await compareWithDlt();
    if (tag !== undefined) await runOwnSuites(tag);
  } finally {
    if (tag !== undefined)
      spawnSync('docker', ['rmi', `source-declarative:${tag}`, `source-declarative-manifest:${tag}`], { stdio: 'ignore' });
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

// CPU of writing records: `node bench/output.ts` bundles itself (a process that has stripped types runs slower) and measures to /dev/null
// and to a pipe that `cat` reads. Nanoseconds of CPU (user + system) a record, the best of five rounds.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildSync } from 'esbuild';
import type { JsonObject } from '../src/lib/json.ts';
import { createOutput, type LineWriter, type RecordWriter } from '../src/protocol/output.ts';

const ROUNDS = 5;
const RECORDS = 200_000;
const PAGE = 1000;

function smallRecord(i: number): JsonObject {
  const time = 1_704_067_200_000 + i * 86_413;
  return {
    id: `4f2c1a9e-1b2c-4d5e-8f90-a1b2c3d4${1000 + (i % 9000)}`,
    thing: `Maschine ${i % 97} / Linie ${i % 7}`,
    timestamp: time,
    airbyte_cursor: time / 1000,
  };
}

function wideRecord(i: number): JsonObject {
  const fields = Object.fromEntries(Array.from({ length: 15 }, (_, field) => [`field_${field}`, `value ${i} of ${field}`]));
  return {
    ...fields,
    id: i,
    tags: ['alpha', `t${i % 50}`],
    address: { city: 'Wien', line2: null, geo: { lat: 48.2, lng: 16.3 } },
    note: 'Straße – a "quoted" part\n',
  };
}

function withNull(i: number): JsonObject {
  return { ...smallRecord(i), thing: i % 2 === 0 ? null : 'thing' };
}

const samples: Record<string, (i: number) => JsonObject> = { small: smallRecord, 'small, a null': withNull, 'wide (0.7 kB)': wideRecord };

async function measure(target: string): Promise<void> {
  const output = createOutput({ now: Date.now, redact: (text) => text });
  const writer = output.recordWriter({ name: 'dataset' });
  for (const [name, make] of Object.entries(samples)) {
    const records = Array.from({ length: PAGE }, (_, i) => make(i));
    const texts = records.map((record) => JSON.stringify(record));
    report(`${target}, ${name}`, await best(output, () => writePage(writer, records)));
    report(`${target}, ${name}, stringify alone`, await best(output, () => stringifyPage(records)));
    report(`${target}, ${name}, raw`, await best(output, () => writeLines(writer, texts)));
  }
  await output.end();
}

function writePage(writer: RecordWriter, records: readonly JsonObject[]): void {
  for (const record of records) writer.write(record);
}

function writeLines(writer: RecordWriter, records: readonly string[]): void {
  const prefix = Buffer.from((writer.lines as LineWriter).prefix()).toString();
  (writer.lines as LineWriter).write(Buffer.from(records.map((record) => `${prefix}${record}}}\n`).join('')), records.length);
}

function stringifyPage(records: readonly JsonObject[]): void {
  for (const record of records) if (JSON.stringify(record) === '') throw new Error('a record without text');
}

async function best(output: { drained(): Promise<void> }, page: () => void): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    for (let done = 0; done < RECORDS; done += PAGE) {
      page();
      await output.drained();
    }
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, ((user + system) * 1000) / RECORDS);
  }
  return least;
}

function report(name: string, nanoseconds: number): void {
  process.stderr.write(`${name.padEnd(45)} ${nanoseconds.toFixed(0).padStart(6)} ns\n`);
}

function bundleAndRun(): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-output-'));
  try {
    const outfile = path.join(folder, 'output.cjs');
    buildSync({
      entryPoints: [import.meta.filename],
      bundle: true,
      platform: 'node',
      format: 'cjs',
      outfile,
      external: ['esbuild'],
      define: { 'import.meta.filename': '__filename' },
    });
    const nodePath = path.resolve(import.meta.dirname, '../node_modules');
    const env = { ...process.env, NODE_PATH: nodePath };
    spawnSync(process.execPath, [outfile, '/dev/null'], { stdio: ['ignore', openSync('/dev/null', 'w'), 'inherit'], env });
    spawnSync('sh', ['-c', '"$0" "$1" pipe | cat > /dev/null', process.execPath, outfile], { stdio: ['ignore', 'ignore', 'inherit'], env });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (import.meta.filename.endsWith('.ts')) bundleAndRun();
else void measure(process.argv[2] ?? 'stdout');

import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

/** One figure beside the most that it may be. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly most: number;
  readonly unit: string;
}

/** What is measured, and where: the connector's command, the folder of the yardstick, one for files that may be thrown away. */
export interface Bench {
  readonly connector: string;
  readonly yardstick: string;
  readonly work: string;
}

interface Run {
  readonly code: number;
  readonly cpu: number;
  readonly wall: number;
  readonly rss: number;
}

type Measure = (command: string) => Promise<Run>;

const MOST_RSS = 120;
const ROUNDS = 3;
/** Of reads of tenths of a second that are compared with each other. */
const ROUNDS_IN_TURN = 25;
const LATENCY = 0.02;
const PARTITIONS = 1000;
const ROWS_PER_PAGE = 10_000;
const PAGES = 1000;

/** Measures what the scenarios of the yardstick leave out: other ways to read, more of everything, and a reader that does not keep up. */
export async function* measureExtremes(bench: Bench): AsyncGenerator<Figure> {
  const { measureOnce } = (await import(path.join(bench.yardstick, 'measure.mjs'))) as {
    measureOnce(command: string, options: object): Promise<Run>;
  };
  const measure: Measure = async (command) => {
    const run = await measureOnce(command, { timeout: 300 });
    if (run.code !== 0) throw new Error(`exit ${run.code}: ${command}`);
    return run;
  };
  yield largestSpec(bench, await median(measure, `${process.execPath} -e 0`), measure);
  await using api = await startApi(bench, []);
  yield* parsedRecords(bench, api, measure);
  for (const concurrency of [20, 50, 100]) yield* partitions(bench, api, concurrency, measure);
  yield* slowReader(bench, api);
  await using packed = await startApi(bench, ['--gzip']);
  for (const scenario of ['dataset-query', 'resource', 'huge']) {
    const run = await measure(read(bench, packed, scenario));
    yield { name: `${scenario}, gzip`, value: Math.round(run.rss), most: MOST_RSS, unit: 'MB resident' };
  }
  await using few = await startApi(bench, ['--resource', '10']);
  yield await manyStreams(bench, few, measure);
  await using long = await startApi(bench, ['--partitions', '30000', '--latency', '5']);
  const { rss } = await measure(read(bench, long, 'partitions'));
  yield { name: '30,000 partitions, 20 at a time', value: Math.round(rss), most: MOST_RSS, unit: 'MB resident' };
  yield await tenMillion(bench, measure);
}

interface Api extends AsyncDisposable {
  readonly url: string;
  readonly config: string;
}

/** Starts the yardstick's API, at full size but for the arguments given. */
async function startApi({ yardstick, work }: Bench, args: readonly string[]): Promise<Api> {
  const child: ChildProcess = fork(path.join(yardstick, 'api.mjs'), [...args], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  if (child.stdout === null) throw new Error('The API has no output.');
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const url = `http://127.0.0.1:${line.split(' ')[1]}`;
  return {
    url,
    config: writeConfig(work, url),
    async [Symbol.asyncDispose]() {
      child.kill();
    },
  };
}

function writeConfig(work: string, url: string): string {
  const file = path.join(work, `config-${new URL(url).port}.json`);
  const secrets = { access_token: 'bench-token', api_key: 'bench-key' };
  const dates = { start_date: '2024-01-01', end_date: '2025-02-03 23:59:59' };
  writeFileSync(file, JSON.stringify({ base_url: url, ...secrets, dataset_id: '8f418098-ca28-4df5-9498-0df9fe78eda7', ...dates }));
  return file;
}

/** The command that reads a scenario, with its manifest changed. */
function read(
  { connector, yardstick, work }: Bench,
  { config }: { config: string },
  scenario: string,
  change?: (text: string) => string,
): string {
  const folder = path.join(yardstick, 'scenarios', scenario);
  let manifest = path.join(folder, 'manifest.yaml');
  if (change !== undefined) {
    const text = readFileSync(manifest, 'utf8');
    const changed = change(text);
    if (changed === text) throw new Error(`The manifest of ${scenario} does not have what is to be changed.`);
    manifest = path.join(work, `${scenario}-changed.yaml`);
    writeFileSync(manifest, changed);
  }
  return `${connector} read --config ${config} --catalog ${path.join(folder, 'catalog.json')} --manifest-path ${manifest}`;
}

async function median(measure: Measure, command: string): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) times.push((await measure(command)).cpu);
  return middleOf(times);
}

function middleOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number;
}

async function largestSpec({ connector, yardstick, work }: Bench, bare: number, measure: Measure): Promise<Figure> {
  const folder = path.join(yardstick, '../conformance/cases/real');
  const manifests = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => (JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as { manifest?: unknown }).manifest)
    .map((manifest) => (typeof manifest === 'string' ? manifest : (JSON.stringify(manifest) ?? '')));
  const file = path.join(work, 'largest.yaml');
  writeFileSync(
    file,
    manifests.reduce((largest, manifest) => (manifest.length > largest.length ? manifest : largest), ''),
  );
  const cpu = await median(measure, `${connector} spec --manifest-path ${file}`);
  return { name: 'spec of the largest manifest', value: round(cpu / bare), most: 4, unit: 'times a bare start' };
}

const SELECTOR = '\n      record_selector:\n        type: RecordSelector';
const FILTER = `${SELECTOR}\n        record_filter:\n          type: RecordFilter\n          condition: "{{ record['id'] != '' }}"`;
const ADDED = `value: "{{ record['timestamp'] | int / 1000 }}"`;
const NESTED = `${ADDED}\n          - type: AddedFieldDefinition\n            path: [meta, seconds]\n            value: "{{ record['timestamp'] }}"`;
/** What looks into records, as a change of the dataset's manifest. */
const LOOKS: Readonly<Record<string, (text: string) => string>> = {
  'records that a filter looks at': (text) => text.replace(SELECTOR, FILTER),
  'records that are fitted to the schema': (text) => text.replace(SELECTOR, `${SELECTOR}\n        schema_normalization: Default`),
  'records with a nested field changed': (text) => text.replace(ADDED, NESTED),
};

async function* parsedRecords(bench: Bench, api: Api, measure: Measure): AsyncGenerator<Figure> {
  const floor = `${process.execPath} ${path.join(bench.yardstick, 'floor.mjs')} --scenario dataset-query --config ${api.config} --mode parse`;
  for (const [name, change] of Object.entries(LOOKS)) {
    const command = read(bench, api, 'dataset-query', change);
    const ratios: number[] = [];
    // In turn, since the speed of machines changes.
    for (let round = 0; round < ROUNDS; round += 1) ratios.push((await measure(command)).cpu / (await measure(floor)).cpu);
    yield { name, value: round(middleOf(ratios)), most: 1.2, unit: "times the floor's CPU time" };
  }
}

async function* partitions(bench: Bench, api: Api, concurrency: number, measure: Measure): AsyncGenerator<Figure> {
  const change = (text: string): string => text.replaceAll(/_concurrency: 20\b/g, `_concurrency: ${concurrency} `);
  const runs: Run[] = [];
  for (let round = 0; round < ROUNDS; round += 1) runs.push(await measure(read(bench, api, 'partitions', change)));
  const wall = Math.min(...runs.map((run) => run.wall));
  const name = `partitions at concurrency ${concurrency}`;
  yield { name, value: round(wall / ((LATENCY * PARTITIONS) / concurrency)), most: 1.15, unit: 'times what the latency alone takes' };
  yield { name, value: Math.round(Math.max(...runs.map((run) => run.rss))), most: MOST_RSS, unit: 'MB resident' };
}

/** Reads nothing until the API is asked for nothing more, then everything. */
async function* slowReader(bench: Bench, api: Api): AsyncGenerator<Figure> {
  const child = spawn('sh', ['-c', `exec ${read(bench, api, 'dataset-query')}`], { stdio: ['ignore', 'pipe', 'inherit'] });
  const requests = async (): Promise<number> => ((await (await fetch(`${api.url}/stats`)).json()) as { requests: number }).requests;
  await fetch(`${api.url}/reset`);
  let [before, now] = [-1, 0];
  while (now === 0 || now !== before) {
    before = now;
    await delay(1000);
    now = await requests();
  }
  yield { name: 'requests to a reader that reads nothing', value: now, most: 12, unit: 'of 44' };
  const highest = (): number => Number(/VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024;
  let records = 0;
  let rss = highest();
  for await (const line of createInterface(child.stdout)) {
    if (!line.startsWith('{"type":"RECORD"')) continue;
    records += 1;
    if (records % 100_000 === 0) rss = highest();
  }
  yield { name: 'a slow reader', value: Math.round(rss), most: MOST_RSS, unit: 'MB resident' };
  yield { name: 'records that a slow reader misses', value: 400_000 - records, most: 0, unit: 'records' };
}

/** With manifests as an image holds them, prepared; read in turn, since the machine's speed changes by more than what may lie between them. */
async function manyStreams(bench: Bench, api: Api, measure: Measure): Promise<Figure> {
  const copies = (text: string): string =>
    text.replace(/(?<=^streams:\n)[\s\S]*(?=^spec:)/m, (stream) =>
      Array.from({ length: 200 }, (_, i) => (i === 0 ? stream : stream.replace(/^ {2}name: \w+$/m, `$&_${i}`))).join(''),
    );
  const commands: string[] = [];
  for (const [count, change] of [(text: string) => `${text}\n`, copies].entries()) {
    const work = path.join(bench.work, `streams-${count}`);
    mkdirSync(work);
    commands.push(read({ ...bench, work }, api, 'resource', change));
    await measure(`${bench.connector} prepare ${path.join(work, 'resource-changed.yaml')}`);
  }
  const times: [one: number[], many: number[]] = [[], []];
  for (let round = 0; round < ROUNDS_IN_TURN; round += 1) {
    for (const [index, command] of commands.entries()) times[index]?.push((await measure(command)).cpu);
  }
  const [one, many] = times.map(middleOf) as [number, number];
  return { name: '200 streams of which 1 is read', value: round(many / one), most: 1.05, unit: 'times the CPU time of 1 stream' };
}

/** Pages that differ only beside their records: the least that a server can do for so many. */
async function tenMillion(bench: Bench, measure: Measure): Promise<Figure> {
  const rows = Array.from({ length: ROWS_PER_PAGE }, (_, i) =>
    JSON.stringify({ id: `row ${i}`, thing: 'a thing', timestamp: 1_704_067_200_000 + i }),
  ).join(',');
  const server = createServer((request, response) => {
    const offset = Number(new URL(request.url ?? '', 'http://localhost').searchParams.get('offset') ?? 0);
    request.resume();
    request.once('end', () => response.end(`{"offset":${offset},"data":[${offset < PAGES * ROWS_PER_PAGE ? rows : ''}]}`));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const config = writeConfig(bench.work, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const whole = (text: string): string => text.replace('      step: P100D\n      cursor_granularity: PT1S\n', '');
    const run = await measure(read(bench, { config }, 'dataset-query', whole));
    return { name: 'ten million records', value: Math.round(run.rss), most: MOST_RSS, unit: 'MB resident' };
  } finally {
    server.close();
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/**
 * Asks the built connector and the reference for the Connector Builder's answers over the recorded cases beside the checkout, and compares
 * them: `node scripts/compare-builder.ts PYTHON [--only TEXT] [--streams COUNT] [--seed TEXT --sample COUNT]`, where PYTHON is the
 * interpreter of an environment with airbyte-cdk and time-machine installed. Prints the differences; exit code 1 when there are any.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { differences, type Plain } from './compare-answers.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const CONFORMANCE = path.resolve(ROOT, '../shared/conformance');

/** How often the reference is asked before an answer counts as different. */
const MOST_TRIES = 3;

/** The recorded API of one case, as an HTTP proxy. */
interface Replay {
  start(): Promise<string>;
  stop(): Promise<void>;
}

interface RecordedCase {
  readonly name: string;
  readonly suite: string;
  readonly now: string;
  readonly clock?: string;
  readonly manifest: Plain;
  readonly config: Plain;
  readonly exchanges: readonly Plain[];
  readonly commands: {
    readonly read?: readonly { readonly catalog: { readonly streams: readonly Plain[] }; readonly state: Plain[] | null }[];
  };
}

/** One request to the builder. */
interface Question {
  readonly about: string;
  readonly config: Plain;
  readonly catalog: Plain | null;
  readonly state: Plain[] | null;
}

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string', default: '' },
    streams: { type: 'string', default: '2' },
    seed: { type: 'string', default: 'a' },
    sample: { type: 'string' },
  },
});

async function main(): Promise<number> {
  const [python] = positionals;
  if (python === undefined || !existsSync(CONFORMANCE)) {
    process.stderr.write(
      'usage: node scripts/compare-builder.ts PYTHON [--only TEXT] [--streams COUNT] [--seed TEXT --sample COUNT], with ../shared beside the checkout\n',
    );
    return 2;
  }
  const replayModule = (await import(pathToFileURL(path.join(CONFORMANCE, 'replay.mjs')).href)) as {
    Replay: new (exchanges: unknown) => Replay;
  };
  const reference = startReference(python);
  const folder = mkdtempSync(path.join(tmpdir(), 'compare-builder-'));
  let asked = 0;
  let different = 0;
  try {
    for (const file of caseFiles()) {
      const recorded = JSON.parse(readFileSync(file, 'utf8')) as RecordedCase;
      for (const question of questionsOf(recorded)) {
        asked += 1;
        const actual = await replayed(replayModule.Replay, recorded, (proxy) => askOurs(folder, recorded, question, proxy));
        let found: string[] = [];
        // The reference mixes up what its threads tell now and then.
        for (let tries = 0; tries === 0 || (tries < MOST_TRIES && found.length > 0); tries += 1) {
          const expected = await replayed(replayModule.Replay, recorded, (proxy) => reference.ask(recorded, question, proxy));
          found = differences(expected, actual);
        }
        if (found.length === 0) continue;
        different += 1;
        process.stdout.write(
          `${recorded.suite}/${recorded.name} ${question.about}\n${found
            .slice(0, 6)
            .map((line) => `  ${line}\n`)
            .join('')}`,
        );
      }
    }
  } finally {
    reference.end();
    rmSync(folder, { recursive: true });
  }
  process.stdout.write(`${asked} answers, ${different} differ\n`);
  return different === 0 ? 0 : 1;
}

function caseFiles(): string[] {
  const root = path.join(CONFORMANCE, 'cases');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json') && name.includes(options.only))
    .sort();
  if (options.sample === undefined) return files.map((name) => path.join(root, name));
  const rank = (name: string): string => createHash('md5').update(`${options.seed} ${name}`).digest('hex');
  return files
    .sort((one, other) => (rank(one) < rank(other) ? -1 : 1))
    .slice(0, Number(options.sample))
    .map((name) => path.join(root, name));
}

function* questionsOf({ manifest, config, commands }: RecordedCase): Generator<Question> {
  const ask = (command: string, more: Plain = {}): Plain => ({
    ...config,
    __injected_declarative_manifest: manifest,
    __command: command,
    ...more,
  });
  yield { about: 'resolve_manifest', config: ask('resolve_manifest'), catalog: null, state: null };
  const wishes = { __should_migrate: true, __should_normalize: true };
  yield { about: 'resolve_manifest, migrated and normalised', config: ask('resolve_manifest', wishes), catalog: null, state: null };
  if (Array.isArray(manifest['dynamic_streams'])) {
    yield { about: 'full_resolve_manifest', config: ask('full_resolve_manifest'), catalog: null, state: null };
  }
  const limits = { __test_read_config: { max_slices: 3, max_pages_per_slice: 3, max_records: 50 } };
  for (const { catalog, state } of commands.read ?? []) {
    for (const stream of catalog.streams.slice(0, Number(options.streams))) {
      const configured = withSchema(stream);
      const about = `test_read ${String((configured['stream'] as Plain)['name'])}${state === null ? '' : ' with state'}`;
      yield { about, config: ask('test_read', limits), catalog: { streams: [configured] }, state };
    }
  }
}

function withSchema(configured: Plain): Plain {
  return { ...configured, stream: { json_schema: {}, ...(configured['stream'] as Plain) } };
}

async function replayed<T>(
  Kind: new (exchanges: unknown) => Replay,
  { exchanges }: RecordedCase,
  work: (proxy: string) => Promise<T>,
): Promise<T> {
  const replay = new Kind(exchanges);
  const proxy = await replay.start();
  try {
    return await work(proxy);
  } finally {
    await replay.stop();
  }
}

interface Reference {
  ask(recorded: RecordedCase, question: Question, proxy: string): Promise<Plain>;
  end(): void;
}

function startReference(python: string): Reference {
  const child = spawn(python, [path.join(import.meta.dirname, 'compare-builder.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, TZ: 'UTC' },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask({ now }, { config, catalog, state }, proxy) {
      child.stdin.write(`${JSON.stringify({ now, proxy, config, catalog, state })}\n`);
      const { value, done } = await lines.next();
      if (done === true) throw new Error('The reference has ended.');
      return JSON.parse(value) as Plain;
    },
    end: () => void child.stdin.end(),
  };
}

async function askOurs(folder: string, { now, clock = 'frozen' }: RecordedCase, question: Question, proxy: string): Promise<Plain> {
  const write = (name: string, value: unknown): string => {
    const file = path.join(folder, name);
    writeFileSync(file, JSON.stringify(value));
    return file;
  };
  const files = [
    '--config',
    write('config.json', question.config),
    '--catalog',
    write('catalog.json', question.catalog ?? { streams: [] }),
  ];
  if (question.state !== null) files.push('--state', write('state.json', question.state));
  const proxies = Object.fromEntries(['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy'].map((name) => [name, proxy]));
  const child = spawn(process.execPath, [path.join(ROOT, 'dist/main.js'), 'read', ...files], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      ...proxies,
      TZ: 'UTC',
      GOLDEN_NOW: String(Date.parse(now)),
      GOLDEN_CLOCK: clock,
      NODE_OPTIONS: `--import=${pathToFileURL(path.join(CONFORMANCE, 'clock.mjs')).href}`,
    },
  });
  const printed = await outputOf(child);
  const last = JSON.parse(printed.trimEnd().split('\n').at(-1) ?? '') as Plain;
  if (last['type'] === 'RECORD') return (last['record'] as Plain)['data'] as Plain;
  const trace = last['trace'] as { error: { message: string } };
  return { error: trace.error.message };
}

async function outputOf(child: ChildProcess): Promise<string> {
  const chunks: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`The connector ended with ${String(code)}.`);
  return Buffer.concat(chunks).toString();
}

process.exitCode = await main();

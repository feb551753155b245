import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parseDocument } from 'yaml';
import type { JsonObject } from '../../src/lib/json.ts';
import { startManifestServer } from '../manifest-server.ts';
import type { Random } from '../random.ts';
import { type Ended, runConnector } from '../scenarios/connector.ts';
import { makeLiteralConfig, makeLiteralManifest } from './literal-case.ts';
import { catalogOf, readByPeople, runWithFiles } from './run-case.ts';
import { letters, type SecretCase, secretOf } from './secret-case.ts';

/** Waits of milliseconds in place of seconds. */
const FAST = ['--guard', 'max_wait=0.01', '--guard', 'silence=5'];

/** What one course of commands needs: a case, and a folder for what the commands write. */
export interface Surroundings {
  readonly seed: number;
  readonly files: Pick<SecretCase, 'manifest' | 'config'>;
  readonly work: string;
  readonly random: Random;
}

/** What people can read of a command, by what it is, and the secrets that it knew beside those of the case. */
type Told = [what: string, text: string, secrets?: readonly string[]];

/** Runs commands on a case and gives what people can read of each. */
type Course = (surroundings: Surroundings) => Promise<Told[]>;

/** The commands that ask the API, and everything that they write for people. */
export const COURSES: readonly Course[] = [
  (at) => single('check', at),
  (at) => single('discover', at),
  (at) => single('read', at),
  (at) => single('read', at),
  readAndReplay,
  sync,
  typegen,
  mergeStates,
  testRead,
];

/** The other commands, and those that a manifest or a dlt config comes to with a secret written in it. */
export const FURTHER_COURSES: readonly Course[] = [
  serve,
  (at) => literally('spec', at),
  (at) => literally('check', at),
  catalog,
  (at) => literally('read', at),
  evaluate,
  (at) => literally('prepare', at),
  (at) => literally('convert', at),
  serveLiterally,
  convertConfig,
  resolveManifest,
  throughProxy,
];

async function single(command: string, { files, random }: Surroundings): Promise<Told[]> {
  const args = random.chance(0.5) ? [...FAST, '--debug'] : FAST;
  const ended = await runWithFiles(command, { ...files, catalog: catalogOf(['items'], 'incremental') }, args);
  return [[command, textOf(ended)]];
}

/** The options by which a run is watched, recorded and told of; all of it is written into the folder. */
function watched(work: string): string[] {
  const file = (name: string): string => path.join(work, name);
  return [
    '--raw',
    file('raw'),
    '--log-file',
    file('log.jsonl'),
    '--summary',
    file('summary.json'),
    '--notify-command',
    `cat > ${file('notice.json')}`,
  ];
}

async function readAndReplay({ files, work }: Surroundings): Promise<Told[]> {
  const ended = await runWithFiles('read', { ...files, catalog: catalogOf(['items'], 'incremental') }, [...FAST, ...watched(work)]);
  const replayed = await runConnector({ args: ['replay', path.join(work, 'raw'), '--debug', '--diff'] });
  return [['read', textOf(ended)], ['replay', `${replayed.stdout}\n${replayed.stderr}`], ...textsIn(work)];
}

async function sync({ files, work, random }: Surroundings): Promise<Told[]> {
  const args = [...FAST, ...watched(work), '--to', `jsonl:${path.join(work, 'warehouse')}`, ...(random.chance(0.5) ? ['--debug'] : [])];
  const ended = await runWithFiles('sync', files, args);
  return [['sync', textOf(ended)], ...textsIn(work).filter(([name]) => !name.startsWith('warehouse'))];
}

async function typegen({ files }: Surroundings): Promise<Told[]> {
  return [['typegen', textOf(await runWithFiles('typegen', files))]];
}

async function mergeStates({ files, work }: Surroundings): Promise<Told[]> {
  const part = path.join(work, 'part.jsonl');
  const state = { stream_descriptor: { name: 'items' }, stream_state: { at: '2026-01-02' } };
  writeFileSync(part, JSON.stringify({ type: 'STATE', state: { type: 'STREAM', stream: state } }));
  const ended = await runWithFiles('state merge', files, [...FAST, part]);
  return [['state merge', textOf(ended)]];
}

/** The Connector Builder's test read, whose answer shows requests and responses; the records in it are data. */
async function testRead({ files: { manifest, config } }: Surroundings): Promise<Told[]> {
  const wished = {
    ...config,
    __injected_declarative_manifest: manifest,
    __command: 'test_read',
    __test_read_config: { max_pages_per_slice: 3 },
  };
  const ended = await runWithFiles('read', { manifest: undefined, config: wished, catalog: catalogOf(['items']) }, FAST);
  const shown = ended.stdout.split('\n').flatMap((line) => (line.startsWith('{"type":"RECORD"') ? [withoutRecords(line)] : []));
  return [['test read', `${textOf(ended)}\n${shown.join('\n')}`]];
}

function withoutRecords(line: string): string {
  return JSON.stringify(
    JSON.parse(line, (key, value: unknown) => (key === 'records' || key === 'latest_config_update' ? undefined : value)),
  );
}

function textOf(ended: Ended): string {
  if (ended.signal !== null) return `it did not end by itself: unexpected error\n${readByPeople(ended)}`;
  return readByPeople(ended);
}

/** The texts of all files in a folder, unpacked. */
function textsIn(folder: string): [string, string][] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(path.join(folder, name)).isFile());
  return names.map((name) => {
    const bytes = readFileSync(path.join(folder, name));
    return [name, (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')];
  });
}

/** A check or a read through a proxy that repeats what it is asked, the password that it was given too. */
async function throughProxy({ files: { manifest, config }, random }: Surroundings): Promise<Told[]> {
  const password = random.pick([letters(random, 24), secretOf(random, true)]);
  const proxy = `http://user:${encodeURIComponent(password)}@${String(config['url']).slice('http://'.length)}`;
  const command = random.pick(['check', 'read']);
  const asked = { ...config, url: random.pick(['http://api.invalid', 'https://api.invalid']) };
  const env = { HTTP_PROXY: proxy, HTTPS_PROXY: random.chance(0.8) ? proxy : proxy.replace('http:', 'ftp:'), NO_PROXY: '' };
  const ended = await runWithFiles(command, { manifest, config: asked, catalog: catalogOf(['items']) }, [...FAST, '--debug'], env);
  return [[`${command} through a proxy`, textOf(ended), [password]]];
}

/** What `catalog` tells beside the catalog, whose schemas are data. */
async function catalog({ files, random }: Surroundings): Promise<Told[]> {
  const { stderr } = await runWithFiles('catalog', files, random.chance(0.5) ? [...FAST, '--debug'] : FAST);
  return [['catalog', stderr]];
}

/** Templates that authors try on a config, the values that they come to among what is told; none takes a secret apart. */
async function evaluate({ files: { config }, random }: Surroundings): Promise<Told[]> {
  const [name = ''] = Object.keys(config['credentials'] as JsonObject).slice(-1);
  // Only the spec tells of this one, and there is none.
  if (name === 'marked') return [];
  const value = `config['credentials']['${name}']`;
  const template = random.pick([
    `{{ ${value} }}`,
    '{{ config }}',
    `{{ ('user:' ~ ${value}) | base64encode }}`,
    `{{ ${value} | int }}`,
    `{{ ${value} + 1 }}`,
    `{{ ${value} | hash('md5') }}{{ ${value} | urlencode }}`,
    `{{ ${value} | from_json }}`,
    `{{ ${value} | strptime('%Y') }}`,
    `{{ config[${value}].nothing.at_all }}`,
    `{{ [${value}] | map(${value}) | list }}`,
  ]);
  return [['eval', textOf(await runWithFiles('eval', { manifest: undefined, config }, [template]))]];
}

/** The Connector Builder's commands whose answer is a manifest, which is data. */
async function resolveManifest({ files: { manifest, config }, random }: Surroundings): Promise<Told[]> {
  const command = random.pick(['resolve_manifest', 'full_resolve_manifest']);
  const wished = { ...config, __injected_declarative_manifest: manifest, __command: command, __should_normalize: random.chance(0.5) };
  const ended = await runWithFiles('read', { manifest: undefined, config: wished, catalog: catalogOf(['items']) }, FAST);
  return [[command, textOf(ended)]];
}

/** A command on a manifest in which the secret is written. */
async function literally(command: string, { seed, work, random }: Surroundings): Promise<Told[]> {
  const { text, secrets } = makeLiteralManifest(seed);
  const file = path.join(work, 'manifest.yaml');
  writeFileSync(file, text);
  const debug = random.chance(0.5) ? ['--debug'] : [];
  if (command === 'prepare') return [[command, textOf(await runConnector({ args: [command, file] })), secrets]];
  if (command === 'convert') return [[command, (await runConnector({ args: [command, file] })).stderr, secrets]];
  const files = { manifest: text, config: {}, catalog: catalogOf(['items']) };
  return [
    [`${command} of a literal`, textOf(await runWithFiles(command, files, command === 'spec' ? debug : [...FAST, ...debug])), secrets],
  ];
}

/** What `convert` tells of a dlt config beside the manifest: on stderr, and in the comments at its top. */
async function convertConfig({ seed, work }: Surroundings): Promise<Told[]> {
  const { text, secrets } = makeLiteralConfig(seed);
  const file = path.join(work, text.startsWith('source') ? 'pipeline.py' : 'config.yaml');
  writeFileSync(file, text);
  const { stdout, stderr } = await runConnector({ args: ['convert', file] });
  const comments = stdout.split('\n').filter((line) => line.startsWith('#'));
  return [['convert', `${comments.join('\n')}\n${stderr}`, secrets]];
}

const OPERATIONS = ['test_read', 'check', 'discover', 'resolve', 'full_resolve'];

/** The manifest server: what it answers but for records, schemas and manifests, and what it logs. */
async function serve({ files: { manifest, config }, seed, random }: Surroundings): Promise<Told[]> {
  const key = letters(random, 40);
  const isLocked = seed % 2 === 0;
  const server = await startManifestServer(['--processes', '1'], isLocked ? { AB_JWT_SIGNATURE_SECRET: key } : {});
  const [header, payload, signature] = [letters(random, 20), letters(random, 20), letters(random, 20)];
  const texts: string[] = [];
  for (const operation of OPERATIONS) {
    const body = { manifest, config, stream_name: 'items', context: { workspace_id: 'w' } };
    const whole = JSON.stringify(body);
    const sent = random.pick([
      whole,
      whole,
      whole,
      whole.slice(0, -random.between(1, 40)),
      JSON.stringify({ ...body, config: whole, manifest: whole }),
    ]);
    const token = isLocked && random.chance(0.3) ? `${header}.${payload}.${signature}` : tokenOf(key);
    texts.push(shownOf(operation, await server.post(operation, sent, { Authorization: `Bearer ${token}` })));
  }
  await server.stop();
  return [
    ['serve', `${texts.join('\n')}\n${server.log()}`],
    ['serve (its own)', server.log(), [key, signature]],
  ];
}

/** The manifest server with a manifest in which the secret is written. */
async function serveLiterally({ seed, random }: Surroundings): Promise<Told[]> {
  const { text, secrets } = makeLiteralManifest(seed);
  const server = await startManifestServer(['--processes', '1']);
  const manifest = yamlOf(text);
  const texts: string[] = [];
  for (const operation of OPERATIONS) {
    const body = { manifest: random.chance(0.2) ? text : manifest, config: {}, stream_name: 'items' };
    texts.push(shownOf(operation, await server.post(operation, body)));
  }
  await server.stop();
  return [['serve of a literal', `${texts.join('\n')}\n${server.log()}`, secrets]];
}

/** What a text of YAML comes to, as far as it does. */
function yamlOf(text: string): unknown {
  try {
    return parseDocument(text, { strict: false }).toJS() as unknown;
  } catch {
    return text;
  }
}

/** What an answer tells people; what it hands over in a success is data. */
function shownOf(operation: string, [status, text]: [number, string]): string {
  if (status !== 200 || operation === 'check') return `${status} ${text}`;
  return operation === 'test_read' ? withoutRecords(text) : `${status}`;
}

/** A token that a server with this key lets in. */
function tokenOf(key: string): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ iss: 'airbyte-server' })}`;
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}

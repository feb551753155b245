import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Random } from '../random.ts';
import { type Ended, runConnector } from '../scenarios/connector.ts';
import { catalogOf, readByPeople, runWithFiles } from './run-case.ts';
import type { SecretCase } from './secret-case.ts';

/** Waits of milliseconds in place of seconds. */
const FAST = ['--guard', 'max_wait=0.01', '--guard', 'silence=5'];

/** What one course of commands needs: a case, and a folder for what the commands write. */
export interface Surroundings {
  readonly files: Pick<SecretCase, 'manifest' | 'config'>;
  readonly work: string;
  readonly random: Random;
}

/** Runs commands on a case and gives what people can read of each, by what it is. */
type Course = (surroundings: Surroundings) => Promise<[what: string, text: string][]>;

/** Every command that has to do with a config, and everything that they write for people. */
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

async function single(command: string, { files, random }: Surroundings): Promise<[string, string][]> {
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

async function readAndReplay({ files, work }: Surroundings): Promise<[string, string][]> {
  const ended = await runWithFiles('read', { ...files, catalog: catalogOf(['items'], 'incremental') }, [...FAST, ...watched(work)]);
  const replayed = await runConnector({ args: ['replay', path.join(work, 'raw'), '--debug', '--diff'] });
  return [['read', textOf(ended)], ['replay', `${replayed.stdout}\n${replayed.stderr}`], ...textsIn(work)];
}

async function sync({ files, work, random }: Surroundings): Promise<[string, string][]> {
  const args = [...FAST, ...watched(work), '--to', `jsonl:${path.join(work, 'warehouse')}`, ...(random.chance(0.5) ? ['--debug'] : [])];
  const ended = await runWithFiles('sync', files, args);
  return [['sync', textOf(ended)], ...textsIn(work).filter(([name]) => !name.startsWith('warehouse'))];
}

async function typegen({ files }: Surroundings): Promise<[string, string][]> {
  return [['typegen', textOf(await runWithFiles('typegen', files))]];
}

async function mergeStates({ files, work }: Surroundings): Promise<[string, string][]> {
  const part = path.join(work, 'part.jsonl');
  const state = { stream_descriptor: { name: 'items' }, stream_state: { at: '2026-01-02' } };
  writeFileSync(part, JSON.stringify({ type: 'STATE', state: { type: 'STREAM', stream: state } }));
  const ended = await runWithFiles('state merge', files, [...FAST, part]);
  return [['state merge', textOf(ended)]];
}

/** The Connector Builder's test read, whose answer shows requests and responses; the records in it are data. */
async function testRead({ files: { manifest, config } }: Surroundings): Promise<[string, string][]> {
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

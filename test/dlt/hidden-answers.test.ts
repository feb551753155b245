import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, it, onTestFinished } from 'vitest';
import { type Answer, localApi } from '../../src/testing/local-api.ts';
import { catalogOf, readByPeople, runWithFiles } from '../fuzz/run-case.ts';

const SAID = 'two@example.org is not allowed';
const REFUSAL = { message: SAID, people: [{ mail: 'one@example.org', born: '1990-01-01' }] };
const PERSONAL = /example\.org|not allowed|1990-01-01|visitor-77/;

/** The texts of all files below a folder, unpacked. */
function textsIn(folder: string): string {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => path.join(folder, name));
  const texts = files.filter((file) => statSync(file).isFile()).map((file) => [file, readFileSync(file)] as const);
  return texts.map(([file, bytes]) => (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')).join('\n');
}

/** Reads by a dlt config from an API with one answer, and gives what is printed and what is kept. */
async function readOf(answer: Answer, { runtime, client = '' }: { runtime: string; client?: string }) {
  const api = await localApi(({ path: asked }) => (asked === '/token' || client === '' ? answer : { body: { data: [] } }));
  const work = mkdtempSync(path.join(tmpdir(), 'hidden-'));
  onTestFinished(() => rmSync(work, { recursive: true }));
  const manifest = `client: { base_url: "${api.url}"${client.replace('URL', api.url)} }
resources:
  - name: people
    endpoint: { path: people, method: POST, json: { query: "{ people }" }, data_selector: data, paginator: single_page }
runtime: { ${runtime} }
`;
  const place = (name: string): string => path.join(work, name);
  const watched = [
    '--raw',
    place('raw'),
    '--log-file',
    place('log'),
    '--summary',
    place('summary'),
    '--notify-command',
    `cat > ${place('note')}`,
  ];
  const args = ['--debug', '--guard', 'max_wait=0.01', ...watched];
  const ended = await runWithFiles('read', { manifest, config: {}, catalog: catalogOf(['people']) }, args);
  return { exit: ended.exit, told: readByPeople(ended), kept: textsIn(work) };
}

const HIDDEN = { runtime: 'http_show_error_body: false' };
const headers = { 'x-session': 'visitor-77' };

it.each<[string, Answer, string]>([
  ['that is refused', { status: 403, headers, body: REFUSAL }, '403'],
  ['of another status', { status: 402, headers, body: REFUSAL }, '402'],
  ['that fails again and again', { status: 500, headers, body: REFUSAL }, '500'],
  ['that is a page', { status: 200, headers: { ...headers, 'content-type': 'text/html' }, body: `<html>${SAID}</html>` }, 'is not JSON'],
  ['with errors of GraphQL', { status: 200, headers, body: { errors: [{ message: SAID }] } }, 'GraphQL: errors whose messages are hidden'],
])('nothing tells or keeps what the API says in an answer %s', async (_name, answer, shown) => {
  const { exit, told, kept } = await readOf(answer, HIDDEN);
  expect(exit).toBe(1);
  expect(told).toContain(shown);
  expect(told).not.toMatch(PERSONAL);
  // A recording is of what succeeds, too.
  if (answer.status !== 200) expect(kept).not.toMatch(PERSONAL);
});

it('nothing tells what a token endpoint says', async () => {
  const client = ', auth: { type: oauth2_client_credentials, access_token_url: "URL/token", client_id: i, client_secret: secret-1234 }';
  const { exit, told, kept } = await readOf({ status: 400, headers, body: { error: SAID } }, { ...HIDDEN, client });
  expect([exit, told.includes('HTTP status 400')]).toEqual([1, true]);
  expect(`${told}${kept}`).not.toMatch(PERSONAL);
});

it('without the setting the message is told', async () => {
  const { told } = await readOf({ status: 403, headers, body: REFUSAL }, { runtime: '' });
  expect(told).toContain(SAID);
});

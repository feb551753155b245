import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type AnalyticsApi, type AnalyticsApiOptions, startAnalyticsApi } from '../../src/testing/analytics-api.ts';
import { mergePatch } from '../merge-patch.ts';
import { runConnector } from './connector.ts';
import { differences } from './expectations.ts';
import { lastStates, type Result, readResult } from './messages.ts';
import { protocolValidator } from './protocol-schema.ts';
import { SCENARIOS, type Scenario, type Step } from './scenario.ts';

const FIXTURES = path.resolve(SCENARIOS, '..');
const MANIFEST = path.resolve(FIXTURES, '../manifest.yaml');
const COMMANDS = ['spec', 'check', 'discover', 'read'];
const validate = protocolValidator();

/** Where a scenario stands. */
interface Course {
  readonly folder: string;
  /** A folder for the files of the steps. */
  readonly work: string;
  readonly api: AnalyticsApi;
  readonly secrets: readonly string[];
  states: unknown[];
}

/** Plays a scenario; gives everything that is not as expected, each with the step it belongs to. */
export async function playScenario(name: string, { api: options, secrets, steps }: Scenario, work: string): Promise<string[]> {
  const api = await startAnalyticsApi(options as AnalyticsApiOptions);
  const course: Course = { folder: path.join(SCENARIOS, name), work, api, secrets: [...secrets, ...fixtureSecrets()], states: [] };
  const found: string[] = [];
  try {
    for (const [index, step] of steps.entries()) {
      const title = `step ${index + 1} (${step.about ?? step.run.join(' ')})`;
      found.push(...(await playStep(course, step, index)).map((text) => `${title}: ${text}`));
    }
  } finally {
    await api.close();
  }
  return found;
}

async function playStep(course: Course, step: Step, index: number): Promise<string[]> {
  const { api, work } = course;
  if (step.addRows !== undefined) api.addRows(step.addRows);
  const folder = path.join(work, String(index));
  mkdirSync(folder, { recursive: true });
  const files = stepFiles(course, step, folder);
  const args = [...step.run];
  let stdin: string | undefined;
  for (const [option, file] of files) {
    const isStdin = option === step.stdin;
    if (isStdin) stdin = readFileSync(file, 'utf8');
    args.push(option === 'manifest' ? '--manifest-path' : `--${option}`, isStdin ? '-' : file);
  }
  if (step.debug) args.push('--debug');
  if (step.cloud) args.push('--cloud');
  for (const guard of step.guards) args.push('--guard', guard);
  const env = Object.fromEntries(Object.entries(step.env).map(([name, value]) => [name, value.replaceAll('$API', api.url)]));
  const before = api.requests.length;
  const ended = await runConnector({
    args,
    env,
    cwd: step.cwd === undefined ? folder : path.join(course.folder, step.cwd),
    interrupt: step.interrupt,
    ...(stdin === undefined ? {} : { stdin }),
  });
  const result = readResult(ended, step.interrupt?.by !== 'close');
  course.states = lastStates(result);
  return [
    ...differences(result, api.requests.slice(before), step.expect),
    ...result.messages.flatMap(
      (message) => validate?.(message).map((text) => `by the protocol's schema ${text} in ${JSON.stringify(message).slice(0, 300)}`) ?? [],
    ),
    ...leaks(result, course.secrets),
  ];
}

/** The files that the step's arguments name, in the order of the options. */
function stepFiles({ folder: scenario, api, states }: Course, step: Step, folder: string): [option: string, file: string][] {
  const files: [string, string][] = [];
  const given = (name: string): string => path.join(scenario, name);
  const made = (name: string, value: unknown): string => {
    const file = path.join(folder, name);
    writeFileSync(file, JSON.stringify(value));
    return file;
  };
  const command = step.run[0];
  if (step.files.config !== undefined) files.push(['config', given(step.files.config)]);
  else if (command !== 'spec' && COMMANDS.includes(command ?? '') && step.run.length === 1) {
    const base = { ...readJson(path.join(FIXTURES, 'config.json')), base_url: api.url };
    const config = JSON.stringify(mergePatch(base, step.config ?? {})).replaceAll('$API', api.url);
    files.push(['config', made('config.json', JSON.parse(config))]);
  }
  if (step.files.catalog !== undefined) files.push(['catalog', given(step.files.catalog)]);
  else if (step.catalog !== undefined) files.push(['catalog', made('catalog.json', configuredCatalog(step.catalog))]);
  if (step.files.state !== undefined) files.push(['state', given(step.files.state)]);
  else if (step.state !== undefined) files.push(['state', made('state.json', step.state === 'previous' ? states : step.state)]);
  if (typeof step.files.manifest === 'string') files.push(['manifest', given(step.files.manifest)]);
  else if (step.files.manifest !== null && COMMANDS.includes(command ?? '') && step.run.length === 1) files.push(['manifest', MANIFEST]);
  return files;
}

function configuredCatalog(modes: Readonly<Record<string, string>>): unknown {
  return {
    streams: Object.entries(modes).map(([name, mode]) => ({
      stream: { name, json_schema: {}, supported_sync_modes: mode === 'incremental' ? ['full_refresh', 'incremental'] : ['full_refresh'] },
      sync_mode: mode,
      destination_sync_mode: 'append',
    })),
  };
}

function readJson(file: string): Record<string, unknown> {
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
}

function fixtureSecrets(): string[] {
  const { credentials } = readJson(path.join(FIXTURES, 'config.json')) as { credentials: { access_token: string } };
  return [credentials.access_token];
}

/** Secrets that stdout or stderr hold: as they are, in base64, percent-encoded or escaped. */
function leaks({ stdout, stderr }: Result, secrets: readonly string[]): string[] {
  const output = `${stdout}\n${stderr}`;
  return secrets.flatMap((secret) => {
    const forms = [
      secret,
      Buffer.from(secret).toString('base64').replace(/=+$/, ''),
      encodeURIComponent(secret),
      JSON.stringify(secret).slice(1, -1),
      [...Buffer.from(secret)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
    ];
    return forms.some((form) => output.includes(form)) ? [`the secret ${secret} is in the output`] : [];
  });
}

import { readFileSync } from 'node:fs';
import type { Json, JsonObject } from '../../src/lib/json.ts';
import { isPlainObject } from '../../src/lib/objects.ts';
import { findLeaks } from '../leaks.ts';
import { createRandom, type Random } from '../random.ts';
import { startEchoApi } from './echo-api.ts';
import { catalogOf, readByPeople, runWithFiles } from './run-case.ts';

const FAST = [
  '--guard',
  'max_wait=0.01',
  '--guard',
  'silence=5',
  '--guard',
  'max_pages=20',
  '--guard',
  'retry_budget=20',
  '--guard',
  'adaptive_rate=off',
  '--debug',
];
const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789';

interface RecordedCase {
  readonly name: string;
  readonly manifest: JsonObject;
  readonly config: JsonObject;
}

/** Runs a recorded case with secrets of its own against an API that repeats them; gives what of them people can read, undefined without secrets. */
export async function playRecordedCase(file: string): Promise<string[] | undefined> {
  const { name, manifest, config } = JSON.parse(readFileSync(file, 'utf8')) as RecordedCase;
  const random = createRandom(name, 'recorded');
  const secrets: string[] = [];
  const spec = manifest['spec'];
  const schema = isPlainObject(spec) ? (spec['connection_specification'] as Json | undefined) : undefined;
  const replaced = isPlainObject(schema) ? withCanaries(config, [schema as JsonObject], random, secrets) : config;
  if (secrets.length === 0) return undefined;
  const token = random.pick([...'abcdefgh']) + canary(random);
  const api = await startEchoApi(random.between(1, 1e6), {
    calm: 0.2,
    token: (url) =>
      /token|auth|login/i.test(url) ? { access_token: token, refresh_token: `${token}R`, expires_in: 3600, token } : undefined,
  });
  try {
    const names = streamNames(manifest);
    const problems: string[] = [];
    for (const command of ['check', 'read']) {
      const env = { HTTP_PROXY: api.url, NO_PROXY: '' };
      const ended = await runWithFiles(command, { manifest, config: replaced, catalog: catalogOf(names.slice(0, 3)) }, FAST, env);
      problems.push(...findLeaks(readByPeople(ended), [...secrets, token]).map((leak) => `${name} ${command}: ${leak}`));
      if (ended.signal !== null) problems.push(`${name} ${command}: it did not end by itself`);
    }
    return problems;
  } finally {
    await api.close();
  }
}

function canary(random: Random): string {
  return Array.from({ length: 26 }, () => random.pick([...LETTERS])).join('');
}

/** The config with a canary in place of each text that the spec marks as a secret. */
function withCanaries(value: Json, schemas: readonly JsonObject[], random: Random, found: string[]): Json {
  const all = schemas.flatMap((schema) => [
    schema,
    ...['oneOf', 'anyOf', 'allOf'].flatMap((key) => (schema[key] as JsonObject[] | undefined) ?? []),
  ]);
  if (typeof value === 'string' && all.some((schema) => schema['airbyte_secret'] === true)) {
    const secret = canary(random);
    found.push(secret);
    return secret;
  }
  if (!isPlainObject(value)) return value;
  const children = (key: string): JsonObject[] =>
    all.flatMap((schema) => {
      const properties = schema['properties'];
      const child = isPlainObject(properties) ? (properties as JsonObject)[key] : undefined;
      return isPlainObject(child) ? [child as JsonObject] : [];
    });
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, withCanaries(child as Json, children(key), random, found)]));
}

function streamNames(manifest: JsonObject): string[] {
  const streams = Array.isArray(manifest['streams']) ? (manifest['streams'] as Json[]) : [];
  return streams.flatMap((stream) => {
    const declared = isPlainObject(stream) && typeof stream['$ref'] === 'string' ? lookUp(manifest, stream['$ref']) : stream;
    const name = isPlainObject(declared) ? (declared['name'] ?? (declared['$parameters'] as JsonObject | undefined)?.['name']) : undefined;
    return typeof name === 'string' ? [name] : [];
  });
}

function lookUp(manifest: JsonObject, reference: string): Json | undefined {
  let value: Json | undefined = manifest;
  for (const part of reference.replace(/^#\//, '').split('/')) value = isPlainObject(value) ? (value as JsonObject)[part] : undefined;
  return value;
}

import { stringify } from 'yaml';
import type { JsonObject } from '../../src/lib/json.ts';
import { itemsManifest } from '../items-manifest.ts';
import { createRandom, type Random } from '../random.ts';
import { letters, secretOf } from './secret-case.ts';

/** A text in which somebody has written a secret where a secret is meant to be, and often a mistake beside it. */
export interface LiteralCase {
  readonly text: string;
  readonly secrets: readonly string[];
}

type Authenticator = (secret: string) => JsonObject;

const AUTHENTICATORS: readonly Authenticator[] = [
  (secret) => ({ type: 'BearerAuthenticator', api_token: secret }),
  (secret) => ({ type: 'BasicHttpAuthenticator', username: 'user', password: secret }),
  (secret) => ({
    type: 'ApiKeyAuthenticator',
    api_token: secret,
    inject_into: { type: 'RequestOption', inject_into: 'header', field_name: 'X-Key' },
  }),
  (secret) => ({ type: 'JwtAuthenticator', secret_key: secret, algorithm: 'HS256', token_duration: 60 }),
  (secret) => ({
    type: 'OAuthAuthenticator',
    token_refresh_endpoint: 'http://127.0.0.1:1/token',
    client_id: 'client',
    client_secret: secret,
    refresh_token: secret,
  }),
];

type Mistake = (authenticator: JsonObject, key: string) => JsonObject;

/** Ways to write a secret within a template, where a word of letters and digits can be told from the template. */
const TEMPLATES: ReadonlySet<Mistake> = new Set<Mistake>([
  (authenticator, key) => ({ ...authenticator, [key]: `{{ '${String(authenticator[key])}' | nothing_of_this_name }}` }),
  (authenticator, key) => ({ ...authenticator, [key]: `{{ ${String(authenticator[key])}` }),
  (authenticator, key) => ({ ...authenticator, [key]: `{{ config['${String(authenticator[key])}` }),
]);

/** Changes to a manifest after which it is wrong near the secret. */
const MISTAKES: readonly Mistake[] = [
  ...TEMPLATES,
  (authenticator) => authenticator,
  (authenticator) => ({ ...authenticator, type: `${String(authenticator['type'])}s` }),
  (authenticator, key) => ({ ...authenticator, [key]: [authenticator[key] as string] }),
  (authenticator, key) => ({ ...authenticator, [key]: { value: authenticator[key] as string } }),
  (authenticator, key) => ({ ...authenticator, [`${key}s`]: authenticator[key] as string }),
  (authenticator, key) => ({ [key]: authenticator[key] as string, type: 5, ...without(authenticator, key) }),
  (authenticator, key) => ({ [key]: authenticator[key] as string, inject_into: 5, token_duration: 'x', ...without(authenticator, key) }),
];

/** Changes to a text after which it is no YAML near the secret. */
const BREAKS: readonly ((line: string) => string)[] = [
  (line) => line,
  (line) => line,
  (line) => `${line}\n  x`,
  (line) => `${line}"`,
  (line) => line.replace(': ', ': "'),
  (line) => line.replace(': ', ': *'),
  (line) => line.replace(': ', ': !!int '),
  (line) => line.replace(': ', ': ['),
  (line) => `${line}\n${line.replace(/\S.*/, 'type: [')}`,
];

/** A manifest of a seed; its requests go to a port where nobody listens. */
export function makeLiteralManifest(seed: number): LiteralCase {
  const random = createRandom(seed, 'literal');
  const mistake = random.pick(MISTAKES);
  const secret = TEMPLATES.has(mistake) || random.chance(0.5) ? wordOf(random) : secretOf(random, true);
  const declared = random.pick(AUTHENTICATORS)(secret);
  const key = Object.keys(declared).find((name) => declared[name] === secret) as string;
  const text = stringify(itemsManifest({ requester: { url_base: 'http://127.0.0.1:1', authenticator: mistake(declared, key) } }), {
    lineWidth: 0,
  });
  return { text: withBreak(text, secret, random), secrets: [secret] };
}

/** A dlt config of a seed. */
export function makeLiteralConfig(seed: number): LiteralCase {
  const random = createRandom(seed, 'dlt');
  const secret = wordOf(random);
  const [key, auth] = random.pick<[string, JsonObject]>([
    ['token', { type: 'bearer', token: secret }],
    ['api_key', { type: 'api_key', name: 'X-Key', api_key: secret, location: random.pick(['header', 'query']) }],
    ['password', { type: 'http_basic', username: 'user', password: secret }],
    [
      'client_secret',
      { type: 'oauth2_client_credentials', access_token_url: 'http://127.0.0.1:1/', client_id: 'c', client_secret: secret },
    ],
  ]);
  const mistaken = random.pick<(auth: JsonObject) => JsonObject>([
    (one) => one,
    (one) => ({ ...one, type: 'bearrer' }),
    (one) => ({ ...one, [key]: [secret] }),
    (one) => ({ ...one, [key]: `{${secret}` }),
    (one) => ({ ...one, [key]: `${secret}}` }),
    (one) => ({ ...one, [`${key}_`]: secret }),
    (one) => ({ ...one, location: { [secret]: 1 } }),
  ])(auth);
  const config = { client: { base_url: 'http://127.0.0.1:1/', auth: mistaken }, resources: ['items'] };
  const text = random.chance(0.5)
    ? stringify(config, { lineWidth: 0 })
    : `source = rest_api_source(${JSON.stringify(config, undefined, 2)})\n`;
  return { text: withBreak(text, secret, random), secrets: [secret] };
}

/** A secret that can be told from a name by its digits. */
function wordOf(random: Random): string {
  return `${letters(random, 31)}7`;
}

function without(object: JsonObject, key: string): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
}

function withBreak(text: string, secret: string, random: Random): string {
  const breakLine = random.pick(BREAKS);
  return text
    .split('\n')
    .map((line) => (line.includes(secret) ? breakLine(line) : line))
    .join('\n');
}

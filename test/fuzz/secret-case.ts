import { generateKeyPairSync } from 'node:crypto';
import type { JsonObject } from '../../src/lib/json.ts';
import { DAILY_CURSOR, itemsManifest } from '../items-manifest.ts';
import { createRandom, type Random } from '../random.ts';

/** A manifest with a config full of secrets. */
export interface SecretCase {
  readonly manifest: JsonObject;
  readonly config: JsonObject;
  readonly secrets: readonly string[];
  /** What the token endpoint grants. */
  token(url: string): object | undefined;
}

const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789';
const ODD = '+/=&%"\'\\<>;,é機{}$^*()[]|~ ';
const PRIVATE_KEY = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;

/** So many letters and digits. */
export const letters = (random: Random, count: number): string => Array.from({ length: count }, () => random.pick([...LETTERS])).join('');

/** A secret, of characters that a header may hold where it is to be sent in one. */
export function secretOf(random: Random, isHeader: boolean): string {
  const odd = isHeader ? '+/=&%"~' : ODD;
  return random.pick([
    () => letters(random, 32),
    () => `${letters(random, 14)}${random.pick([...odd])}${letters(random, 8)}${random.pick([...odd])}${letters(random, 6)}`,
    () => Array.from({ length: 24 }, () => random.pick([...LETTERS, ...odd])).join('') + letters(random, 8),
    () => `${letters(random, 12)}.${letters(random, 20)}.${letters(random, 14)}`,
  ])();
}

/** How a secret gets into a request, with the names under which the config holds such secrets. */
interface Way {
  readonly names: readonly string[];
  readonly isHeader: boolean;
  readonly value?: string;
  requester(reference: string): JsonObject;
}

const into = (place: string, name: string): JsonObject => ({ type: 'RequestOption', inject_into: place, field_name: name });
const apiKey = (place: string, name: string) => (reference: string) => ({
  authenticator: { type: 'ApiKeyAuthenticator', api_token: reference, inject_into: into(place, name) },
});

/** Names that say what they hold, some of them misspelt, and one that only the spec tells. */
const NAMES = ['api_key', 'api_kee', 'pasword', 'access_token', 'clientSecret', 'auth_tokn', 'marked'];

/** Every way in which a secret gets into a request. */
export const WAYS: readonly Way[] = [
  { names: NAMES, isHeader: true, requester: (value) => ({ authenticator: { type: 'BearerAuthenticator', api_token: value } }) },
  {
    names: ['password', 'pasword', 'marked'],
    isHeader: false,
    requester: (value) => ({ authenticator: { type: 'BasicHttpAuthenticator', username: 'user', password: value } }),
  },
  { names: NAMES, isHeader: true, requester: apiKey('header', 'X-Shop') },
  { names: NAMES, isHeader: false, requester: apiKey('request_parameter', 'k') },
  { names: NAMES, isHeader: false, requester: apiKey('body_json', 'k') },
  { names: NAMES, isHeader: false, requester: apiKey('body_data', 'k') },
  { names: NAMES, isHeader: false, requester: (value) => ({ path: `/items/${value}` }) },
  { names: NAMES, isHeader: false, requester: (value) => ({ request_body_data: `<xml key="${value}"/>`, http_method: 'POST' }) },
  // Requests that cannot be made: the error is about the secret itself.
  { names: NAMES, isHeader: false, requester: (value) => ({ request_headers: { 'X-Key': `${value}\n` } }) },
  { names: NAMES, isHeader: false, requester: (value) => ({ url_base: `ht tp:// ${value}` }) },
  { names: NAMES, isHeader: false, requester: (value) => ({ url_base: `http://user:${value}@127.0.0.1:1` }) },
  { names: NAMES, isHeader: false, requester: (value) => ({ request_parameters: { key: `${value} {{ now_utc().nothing.at_all }}` } }) },
  { names: NAMES, isHeader: false, requester: (value) => ({ request_parameters: { key: value.replace('}}', ' | from_json }}') } }) },
  {
    names: NAMES,
    isHeader: false,
    requester: (value) => ({
      error_handler: {
        type: 'DefaultErrorHandler',
        max_retries: 1,
        response_filters: [
          {
            type: 'HttpResponseFilter',
            http_codes: [400, 401, 403, 500],
            action: 'FAIL',
            error_message: `With ${value}: {{ response }}, {{ config }}`,
          },
        ],
      },
      request_parameters: { key: value },
    }),
  },
  {
    names: ['private_key', 'marked'],
    isHeader: false,
    value: PRIVATE_KEY,
    requester: (value) => ({
      authenticator: {
        type: 'JwtAuthenticator',
        secret_key: value,
        algorithm: 'RS256',
        token_duration: 60,
        additional_jwt_payload: { key: 'x' },
      },
      request_parameters: { key: value },
    }),
  },
  {
    names: ['client_secret', 'marked'],
    isHeader: false,
    requester: (value) => ({
      authenticator: {
        type: 'OAuthAuthenticator',
        token_refresh_endpoint: "{{ config['url'] }}/oauth/token",
        client_id: 'client',
        client_secret: value,
        refresh_token: value,
        refresh_token_updater: {},
      },
    }),
  },
  {
    names: ['password', 'marked'],
    isHeader: false,
    requester: (value) => ({
      authenticator: {
        type: 'SessionTokenAuthenticator',
        login_requester: {
          type: 'HttpRequester',
          url_base: "{{ config['url'] }}",
          path: '/login',
          http_method: 'POST',
          request_body_json: { password: value },
        },
        session_token_path: ['access_token'],
        request_authentication: { type: 'ApiKey', inject_into: into('header', 'X-Session') },
      },
    }),
  },
];

/** The case of a seed. */
export function makeSecretCase(seed: number, url: string): SecretCase {
  const random = createRandom(seed, 'secrets');
  const way = WAYS[seed % WAYS.length] as Way;
  const secret = way.value ?? secretOf(random, way.isHeader);
  const name = random.pick(way.names);
  const [accessToken, refreshToken] = [letters(random, 30), `${letters(random, 10)}/${letters(random, 18)}`];
  const declared = way.requester(`{{ config['credentials']['${name}'] }}`);
  return {
    manifest: manifestOf(declared),
    config: { url, credentials: { kind: 'some', [name]: secret } },
    secrets: [...(way.value === undefined ? [secret] : keyLines(secret)), accessToken, refreshToken],
    token: (asked) =>
      /oauth|login/.test(asked) ? { access_token: accessToken, refresh_token: refreshToken, expires_in: 3600 } : undefined,
  };
}

function keyLines(key: string): string[] {
  return key.split('\n').filter((line) => line.length > 40);
}

function manifestOf(declared: JsonObject): JsonObject {
  const requester = { url_base: "{{ config['url'] }}", ...declared };
  return itemsManifest({
    requester,
    retriever: {
      paginator: {
        type: 'DefaultPaginator',
        pagination_strategy: {
          type: 'CursorPagination',
          cursor_value: "{{ response['next'] }}",
          stop_condition: "{{ not response['next'] }}",
        },
        page_token_option: { type: 'RequestPath' },
      },
    },
    stream: {
      schema_loader: {
        type: 'DynamicSchemaLoader',
        retriever: {
          type: 'SimpleRetriever',
          requester: { type: 'HttpRequester', path: '/items', ...requester },
          record_selector: { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['fields'] } },
        },
        schema_type_identifier: { type: 'SchemaTypeIdentifier', key_pointer: ['name'] },
      },
      incremental_sync: DAILY_CURSOR,
    },
    source: {
      spec: {
        type: 'Spec',
        connection_specification: {
          type: 'object',
          properties: { credentials: { type: 'object', properties: { marked: { type: 'string', airbyte_secret: true } } } },
        },
      },
    },
  });
}

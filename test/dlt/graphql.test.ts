import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/lib/json.ts';
import { type ReadOutcome, readManifest } from '../../src/testing/read-manifest.ts';
import { IDS, ids, type Part, read, startApi } from './read-config.ts';

const EXAMPLE = readFileSync(path.resolve(import.meta.dirname, '../../docs/examples/graphql.yaml'), 'utf8');
const QUERY = 'query Posts($after: String) { posts(first: 10, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }';
const ENDPOINT = {
  path: 'graphql',
  method: 'POST',
  json: { query: QUERY, variables: { first: 10 } },
  data_selector: 'data.posts.nodes',
  paginator: {
    type: 'cursor',
    cursor_path: 'data.posts.pageInfo.endCursor',
    cursor_body_path: 'variables.after',
    has_more_path: 'data.posts.pageInfo.hasNextPage',
  },
};
const VARIABLES = [{ first: 10 }, { first: 10, after: '10' }, { first: 10, after: '20' }];

function page(nodes: unknown, errors: unknown[]): { status: number; body: JsonObject } {
  const posts = nodes === null ? null : { nodes, pageInfo: { hasNextPage: false, endCursor: null } };
  return { status: 200, body: { data: { posts }, errors } as JsonObject };
}

describe('GraphQL', () => {
  async function readExample(...first: { status: number; body: JsonObject }[]): Promise<ReadOutcome & { asked: number }> {
    const api = await startApi(...first);
    return { ...(await readManifest(EXAMPLE, { config: { base_url: api.url } })), asked: api.requests.length };
  }

  it('004.1: variables and the cursor of pageInfo go into the body (docs/examples/graphql.yaml)', async () => {
    const api = await startApi();
    const outcome = await readManifest(EXAMPLE, { config: { base_url: api.url, token: 'secret' } });
    expect([outcome.errors, ids(outcome)]).toEqual([[], IDS]);
    expect(api.requests.map(({ body }) => (body as Part)['variables'])).toEqual(VARIABLES);
    for (const { method, headers } of api.requests) expect([method, headers['authorization']]).toEqual(['POST', 'Bearer secret']);
  });

  it('004.1: a dlt config reads the same, whether its braces are doubled or not', async () => {
    for (const query of [QUERY, QUERY.replace(/[{}]/g, '$&$&')]) {
      const api = await startApi();
      const outcome = await read(api, { ...ENDPOINT, json: { ...ENDPOINT.json, query } });
      expect([outcome.errors, ids(outcome)]).toEqual([[], IDS]);
      expect(api.requests.map(({ body }) => body)).toEqual(VARIABLES.map((variables) => ({ query: QUERY, variables })));
    }
  });

  it('004.1: placeholders stand beside the braces of a query', async () => {
    const api = await startApi();
    const query = '{ posts(first: 10, author: "{dlt.config["author"]}") { nodes { id } pageInfo { endCursor } } }';
    await read(api, { ...ENDPOINT, json: { query }, paginator: 'single_page' }, {}, { config: { author: 'me' } });
    expect(api.requests[0]?.body).toEqual({ query: query.replace('{dlt.config["author"]}', 'me') });
  });

  it.each<[errors: unknown[], message: string]>([
    [[{ message: 'No such field', path: ['posts', 0] }, { message: 'Bad' }], 'GraphQL: No such field (at posts.0); Bad'],
    [[{ extensions: { code: 'FORBIDDEN' } }], 'GraphQL: no message'],
    [['odd'], 'GraphQL: odd'],
  ])('004.1: errors without data in a 200 fail the stream: %j', async (errors, message) => {
    const outcome = await readExample(page(null, errors));
    expect([outcome.failed, outcome.asked]).toEqual([['posts'], 1]);
    expect(outcome.errors.join()).toContain(message);
  });

  it('004.1: errors beside data are a warning, and the data is read', async () => {
    const outcome = await readExample(page([{ id: 1 }], [{ message: 'One is hidden', path: ['posts', 'nodes', 1] }]));
    expect([ids(outcome), outcome.errors]).toEqual([[1], []]);
    expect(outcome.warnings).toEqual(['Stream posts: the API gave only a part of the data. GraphQL: One is hidden (at posts.nodes.1)']);
  });

  it.each<[mode: string, failed: string[]]>([
    ['FAIL', ['posts']],
    ['IGNORE', []],
  ])('004.1: on_partial_data: %s', async (mode, failed) => {
    const api = await startApi(page([{ id: 1 }], [{ message: 'One is hidden' }]));
    const text = EXAMPLE.replace('- type: GraphQLErrorFilter', `- {type: GraphQLErrorFilter, on_partial_data: ${mode}}`);
    const outcome = await readManifest(text, { config: { base_url: api.url } });
    expect([outcome.failed, outcome.warnings]).toEqual([failed, []]);
  });

  it.each<[error: unknown]>([
    [{ message: 'Slow down', extensions: { code: 'THROTTLED' } }],
    [{ message: 'Slow down', type: 'RATE_LIMITED' }],
    [{ message: 'Oops', extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
  ])('004.1 004.5: %j is asked for again', async (error) => {
    const outcome = await readExample(page(null, [error]), page(null, [error]));
    expect([outcome.errors, ids(outcome), outcome.asked]).toEqual([[], IDS, 5]);
    expect(outcome.waits).toHaveLength(2);
  });

  it('004.1: errors with a status that says so are those of the status', async () => {
    const outcome = await readExample({ status: 401, body: { errors: [{ message: 'Who are you?' }] } });
    expect(outcome.errors.join()).toMatch(/401[\s\S]*Who are you\?/);
  });

  it('004.1: a dlt config fails at errors as well, unless a response action says otherwise', async () => {
    const answer = page(null, [{ message: 'No such field' }]);
    const failing = await startApi(answer);
    expect((await read(failing, ENDPOINT)).errors.join()).toContain('GraphQL: No such field');
    const ignoring = await startApi(answer);
    const actions = [{ condition: 'response.errors is defined', action: 'ignore' }];
    expect((await read(ignoring, { ...ENDPOINT, response_actions: actions })).errors).toEqual([]);
  });
});

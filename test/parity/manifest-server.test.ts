import { readFileSync } from 'node:fs';
import { type Schema, Validator } from '@cfworker/json-schema';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { answerJob } from '../../src/cli/serve/answer-request.ts';
import { checkBody, type Operation, requestBodies } from '../../src/cli/serve/request-body.ts';
import { localApi } from '../../src/testing/local-api.ts';
import { sharedPath } from './shared.ts';

type Json = { [key: string]: Json } & Schema;

interface Document {
  readonly paths: { readonly [path: string]: { readonly post?: Json; readonly get?: Json } };
  readonly components: { readonly schemas: { readonly [name: string]: Json } };
}

const file = sharedPath('reference/manifest_server_openapi.yaml');
const document: Document =
  file === undefined ? { paths: {}, components: { schemas: {} } } : (parse(readFileSync(file, 'utf8')) as Document);
const operations = Object.keys(requestBodies) as Operation[];

function operationOf(operation: Operation): Json {
  return document.paths[`/v1/manifest/${operation}`]?.post as Json;
}

/** The schema of a body, with everything that it may refer to. */
function schemaOf(body: Json | undefined): Schema {
  const content = body?.['content']?.['application/json']?.['schema'] as Json;
  return { ...content, components: document.components } as Schema;
}

function problemsOf(schema: Schema, value: unknown): string[] {
  const { errors } = new Validator(schema, '2020-12', false).validate(JSON.parse(JSON.stringify(value)));
  return errors.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`);
}

const MANIFEST = `
type: DeclarativeSource
version: 6.51.0
check: {type: CheckStream, stream_names: [items]}
streams:
  - type: DeclarativeStream
    name: items
    retriever:
      type: SimpleRetriever
      requester: {type: HttpRequester, url: "URL", authenticator: {type: OAuthAuthenticator, token_refresh_endpoint: URL/token, client_id: i, client_secret: s, refresh_token: r}}
      record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: []}}`;

async function ask(operation: Operation, body: object): Promise<{ status: number; body: unknown }> {
  const { status, text } = await answerJob({ operation, body: Buffer.from(JSON.stringify(body)) }, () => {});
  return { status, body: JSON.parse(text) as unknown };
}

describe.skipIf(file === undefined)("the reference's OpenAPI document", () => {
  it('has the operations that are served', () => {
    const posts = Object.entries(document.paths).filter(([, { post }]) => post !== undefined);
    expect(posts.map(([path]) => path.slice('/v1/manifest/'.length)).sort()).toEqual([...operations].sort());
  });

  it.each(operations)('describes the body of %s: the same fields are required, of the same types, within the same bounds', (operation) => {
    const [, name = ''] = /([^/]+)$/.exec(String(schemaOf(operationOf(operation)?.['requestBody'])['$ref'])) ?? [];
    const schema = document.components.schemas[name] as Json;
    const good: Record<string, unknown> = { manifest: {}, config: {}, stream_name: 'a' };
    const refused = (changes: Record<string, unknown>): string[] => {
      const checked = checkBody(operation, { ...good, ...changes });
      return 'problems' in checked ? checked.problems.map(({ loc }) => String(loc[1])) : [];
    };
    const properties = schema['properties'] as Json;
    expect(Object.keys(requestBodies[operation].def.shape).sort()).toEqual(Object.keys(properties).sort());
    for (const required of schema['required'] as unknown as string[]) expect(refused({ [required]: undefined })).toEqual([required]);
    for (const [field, { minimum, maximum, default: fallback }] of Object.entries(properties) as [string, Json][]) {
      if (minimum === undefined || maximum === undefined) continue;
      const [least, most] = [Number(minimum), Number(maximum)];
      expect([least, most].flatMap((value) => refused({ [field]: value }))).toEqual([]);
      expect([least - 1, most + 1].flatMap((value) => refused({ [field]: value }))).toEqual([field, field]);
      expect(checkBody(operation, good)).toMatchObject({ body: { [field]: fallback } });
    }
  });

  it.each(operations)('describes the answers to %s', async (operation) => {
    const api = await localApi(({ path }) => ({ body: path === '/token' ? { access_token: 't', expires_in: 60 } : [{ id: 1 }] }));
    const manifest: unknown = parse(MANIFEST.replaceAll('URL', api.url));
    const answers = [
      await ask(operation, { manifest, config: { a: 1 }, stream_name: 'items' }),
      await ask(operation, { manifest: { version: '6.51.0' }, config: {}, stream_name: 'items' }),
      await ask(operation, { manifest: [], config: 5 }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 400, 422]);
    for (const { status, body } of answers) {
      const schema = schemaOf(operationOf(operation)?.['responses']?.[String(status)]);
      expect(problemsOf(schema, body), `${operation} ${status}`).toEqual([]);
    }
    expect(problemsOf(schemaOf(operationOf(operation)?.['responses']?.['200']), { nonsense: 1 })).not.toEqual([]);
  });
});

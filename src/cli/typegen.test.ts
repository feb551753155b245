import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localApi } from '../testing/local-api.ts';
import { runTypegen, type TypegenOptions } from './typegen.ts';
import { typescriptTypes } from './typescript-types.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'typegen-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

interface Made {
  readonly code: number;
  /** What was written, without the comment at its head. */
  readonly types: string;
  readonly told: readonly string[];
}

async function typegen(manifest: string, options: TypegenOptions = {}): Promise<Made> {
  const manifestPath = path.join(folder, 'manifest.yaml');
  await writeFile(manifestPath, manifest);
  const [written, told]: [string[], string[]] = [[], []];
  const texts = { write: (text: string) => void written.push(text), tell: (text: string) => void told.push(text) };
  const code = await runTypegen({ manifestPath, ...options }, texts);
  return { code, types: written.join('').replace(/^(?:\/\/.*\n)+\n/, ''), told };
}

function stream(name: string, loader: string): string {
  return `
  - type: DeclarativeStream
    name: ${name}
    retriever:
      type: SimpleRetriever
      requester: { type: HttpRequester, url: "{{ config['url'] }}/${name}" }
      record_selector: { type: RecordSelector, extractor: { type: DpathExtractor, field_path: [] } }
    schema_loader: ${loader}`;
}

function manifest(specification: string, ...streams: string[]): string {
  return `
version: 6.0.0
type: DeclarativeSource
check: { type: CheckStream, stream_names: [] }
streams:${streams.length === 0 ? ' []' : streams.join('')}
spec: { type: Spec, connection_specification: ${specification} }`;
}

const inline = (schema: string): string => `{ type: InlineSchemaLoader, schema: ${schema} }`;
const DYNAMIC = `
      type: DynamicSchemaLoader
      retriever:
        type: SimpleRetriever
        requester: { type: HttpRequester, url: "{{ config['url'] }}/fields" }
        record_selector: { type: RecordSelector, extractor: { type: DpathExtractor, field_path: [] } }
      schema_type_identifier: { schema_pointer: [fields], key_pointer: [name], type_pointer: [type] }`;
const SPECIFICATION = '{ type: object, required: [url], properties: { url: { type: string, title: Address } } }';

describe('typegen', () => {
  it('writes the types of the config and of the records of every stream, without aliases for titles', async () => {
    const made = await typegen(
      manifest(
        `{ title: Shop, type: object, required: [url], additionalProperties: true, properties: {
    url: { type: string, title: Address, description: Where it is. */ },
    mode: { enum: [fast, slow] },
    login: { oneOf: [
      { title: By key, required: [kind, key], properties: { kind: { const: key }, key: { type: string, airbyte_secret: true } } },
      { properties: { kind: { const: none } } } ] } } }`,
        stream(
          'user orders',
          inline(
            '{ type: object, properties: { id: { type: [integer, "null"] }, tags: { type: [array, "null"], items: { type: string, title: Tag } }, "odd-key": {}, free: { type: object } } }',
          ),
        ),
        stream('user_orders', inline('{ properties: { id: { type: string, const: one } } }')),
        stream('2nd', inline('{ type: object, properties: { tsType: { type: string, tsType: "any; evil()" } } }')),
        stream('anything', inline('{}')),
      ),
    );
    expect(made.told).toEqual([]);
    expect(made.types).toBe(`export interface Connector {
  config: Config;
  records: Records;
}

export interface Config {
  /**
   * Where it is. * /
   */
  url: string;
  mode?: ("fast" | "slow");
  login?: ({
    kind: "key";
    key: string;
  } | {
    kind?: "none";
  });
}

export interface Records {
  "user orders": UserOrdersRecord;
  user_orders: UserOrdersRecord1;
  "2nd": Stream2NdRecord;
  anything: AnythingRecord;
}

export interface UserOrdersRecord {
  id?: (number | null);
  tags?: (string[] | null);
  "odd-key"?: unknown;
  free?: {
    [k: string]: unknown;
  };
}

export interface UserOrdersRecord1 {
  id?: "one";
}

export interface Stream2NdRecord {
  tsType?: string;
}

export interface AnythingRecord {
  [k: string]: unknown;
}
`);
  });

  it('asks the API for schemas that it has, with a config', async () => {
    const api = await localApi(() => ({ body: { fields: [{ name: 'price', type: 'number' }] } }));
    const config = path.join(folder, 'config.json');
    await writeFile(config, JSON.stringify({ url: api.url }));
    const { code, types, told } = await typegen(manifest(SPECIFICATION, stream('things', DYNAMIC)), { config });
    expect({ code, told }).toEqual({ code: 0, told: [] });
    expect(types).toContain('export interface ThingsRecord {\n  price?: (null | number);\n}');
  });

  it('asks the API nothing without a config, and says what is missing', async () => {
    const api = await localApi(() => ({ body: [] }));
    const specification = `{ type: object, properties: { url: { type: string, default: "${api.url}" } } }`;
    const { code, types, told } = await typegen(manifest(specification, stream('things', DYNAMIC)));
    expect(code).toBe(0);
    expect(told).toEqual([expect.stringMatching(/records of things .*--config/)]);
    expect(types).toContain('export interface ThingsRecord {\n  [k: string]: unknown;\n}');
    expect(api.received).toEqual([]);
  });

  it('takes the defaults and examples of the specification for a config', async () => {
    const specification =
      '{ type: object, properties: { since: { type: string, examples: ["2026-01-01"] }, nested: { type: object, properties: { days: { type: integer, default: 3 } } } } }';
    const loader = `${inline('{ type: object, properties: { id: { type: integer } } }')}
    incremental_sync:
      type: DatetimeBasedCursor
      cursor_field: at
      datetime_format: "%Y-%m-%d"
      start_datetime: "{{ config['since'] }}"
      lookback_window: "P{{ config['nested']['days'] }}D"`;
    const { types, told } = await typegen(manifest(specification, stream('days', loader)));
    expect(told).toEqual([]);
    expect(types).toContain('export interface DaysRecord {\n  id?: number;\n}');
  });

  it('follows references within a schema, and none that lead out of it', async () => {
    const records = new Map([
      [
        'a/b',
        {
          properties: { twin: { $ref: '#/definitions/twin' }, away: { $ref: 'https://example.com/schema.json' } },
          definitions: { twin: { type: 'object', properties: { same: { $ref: '#' } } } },
        },
      ],
    ]);
    expect(await typescriptTypes({ config: {}, records })).toContain(`export interface ABRecord {
  twin?: Twin;
  away?: unknown;
}

export interface Twin {
  same?: ABRecord;
}`);
  });

  it('writes a file where it is told to', async () => {
    const output = path.join(folder, 'types.ts');
    expect(await typegen(manifest(SPECIFICATION), { output })).toEqual({ code: 0, types: '', told: [] });
    expect(await readFile(output, 'utf8')).toContain('export interface Config {\n  url: string;\n}');
  });

  it('says in one sentence what is wrong', async () => {
    const { code, told } = await typegen(manifest(SPECIFICATION), { config: path.join(folder, 'nowhere.json') });
    expect(code).toBe(1);
    expect(told).toEqual([expect.stringContaining('nowhere.json" cannot be read: there is no such file')]);
  });
});

import { describe, expect, it } from 'vitest';
import { openManifest } from '../../src/testing/read-manifest.ts';
import { configText, IDS, ids, type Part, read, startApi } from './read-config.ts';

const ONE = { path: 'posts', paginator: 'single_page' };
const ROW = { id: 1, name: 'a' };

describe('the records of a response', () => {
  it.each<[selector: string, body: unknown]>([
    ['data', { data: [ROW] }],
    ['a.b', { a: { b: [ROW] } }],
    ['$.a.b[*]', { a: { b: [ROW] } }],
    ['$', [ROW]],
    ['[*]', [ROW]],
    ['groups[*].rows[*]', { groups: [{ rows: [] }, { rows: [ROW] }] }],
    ['data', { data: ROW }],
  ])('000.6: are found by the JSONPath %s', async (selector, body) => {
    const api = await startApi({ body: body as never });
    const outcome = await read(api, { ...ONE, data_selector: selector });
    expect([outcome.records['posts'], outcome.errors]).toEqual([[ROW], []]);
  });

  it.each<[key: string, body: unknown]>([
    ['data', { meta: { pages: [1] }, data: [ROW] }],
    ['items', { total: 1, items: [ROW] }],
    ['results', { results: [ROW], links: [{ rel: 'next' }] }],
    ['entries', { entries: [ROW] }],
    ['records', { records: [ROW] }],
    ['rows', { page: { rows: [ROW] } }],
  ])('002.2: are found out under "%s", which is said', async (key, body) => {
    const api = await startApi({ body: body as never });
    const outcome = await read(api, ONE);
    expect(outcome.records['posts']).toEqual([ROW]);
    expect([...outcome.infos, ...outcome.warnings].filter((text) => text.includes(key) && text.includes('records'))).not.toEqual([]);
  });

  it.each<[body: unknown]>([[[]], [''], [{ data: [] }]])('001.6: are none in %j, which is no error', async (body) => {
    const api = await startApi({ body: body as never });
    const outcome = await read(api, { ...ONE, ...(Array.isArray(body) ? {} : { data_selector: 'data' }) });
    expect([ids(outcome), outcome.errors]).toEqual([[], []]);
  });

  it('002.29: are read in the encoding that the endpoint says', async () => {
    const api = await startApi();
    expect((await read(api, { path: 'latin', paginator: 'single_page', encoding: 'windows-1252' })).records['posts']).toEqual([
      { id: 1, name: 'Müller' },
    ]);
  });

  it('a path that is wrong is refused with its place', async () => {
    const api = await startApi();
    await expect(read(api, { ...ONE, data_selector: 'a[' })).rejects.toThrow('resources[0].endpoint.data_selector');
  });
});

describe('processing steps', () => {
  it('002.29: drop, change, add and remove in their order', async () => {
    const api = await startApi({ body: [1, 2, 3].map((id) => ({ id, name: `n${id}`, secret: id })) });
    const steps = [
      { filter: 'record.id > 1' },
      { map: { name: "record['name'] | upper", twice: 'record.id * 2', source: "'api'" } },
      { filter: { $python: "lambda x: x['twice'] < 6" } },
      { exclude: ['secret'] },
    ];
    const outcome = await read(api, ONE, { processing_steps: steps });
    expect([outcome.errors, outcome.records['posts']]).toEqual([[], [{ id: 2, name: 'N2', twice: 4, source: 'api' }]]);
  });

  it.each<[step: unknown, message: string]>([
    [{ yield_map: { $python: 'lambda x: x' } }, '"yield_map" makes several records of one'],
    [{ filter: { $python: 'lambda x: f(x)' } }, 'Python code cannot run here: lambda x: f(x)'],
    [{ map: { $python: 'my_function' } }, 'Python code cannot run here: my_function'],
    [{ filter: '' }, 'An expression is empty.'],
    [{ flter: 'true' }, 'Did you mean "filter"?'],
    [{ map: 'record' }, '"map" is an object of fields and expressions.'],
  ])('%j is refused with its place', async (step, message) => {
    const api = await startApi();
    const refusal = read(api, ONE, { processing_steps: [step] });
    await expect(refusal).rejects.toThrow(message);
    await expect(refusal).rejects.toThrow('resources[0].processing_steps[0]');
  });
});

describe('the schema', () => {
  async function schemaOf(rows: unknown[], hints: Part = {}): Promise<Part> {
    const api = await startApi({ body: rows as never });
    const { source } = await openManifest(configText(api, ONE, hints), {});
    const [stream] = await source.streams();
    return (await stream?.describe())?.jsonSchema as Part;
  }

  it('000.11: is told by the first records: nullable, dates as such, nested', async () => {
    const schema = await schemaOf([
      { id: 1, at: '2024-01-02T03:04:05Z', day: '2024-01-02', local: '2024-01-02 03:04:05', none: null, price: 1, mixed: 1, in: { a: 1 } },
      { id: 2, at: null, day: '2024-01-03', local: '2024-01-02 03:04:05', none: null, price: 1.5, mixed: 'a', in: { b: [true] } },
    ]);
    expect(schema).toMatchObject({ type: 'object', additionalProperties: true });
    expect(schema['properties']).toEqual({
      id: { type: ['null', 'integer'] },
      at: { type: ['null', 'string'], format: 'date-time', airbyte_type: 'timestamp_with_timezone' },
      day: { type: ['null', 'string'], format: 'date' },
      local: { type: ['null', 'string'], format: 'date-time', airbyte_type: 'timestamp_without_timezone' },
      none: { type: ['null', 'string'] },
      price: { type: ['null', 'number'] },
      mixed: { type: ['null', 'integer', 'string'] },
      in: {
        type: ['null', 'object'],
        additionalProperties: true,
        properties: { a: { type: ['null', 'integer'] }, b: { type: ['null', 'array'], items: { type: ['null', 'boolean'] } } },
      },
    });
  });

  it('000.11: holds the columns that are declared', async () => {
    const columns = { id: { data_type: 'bigint', nullable: false }, name: { data_type: 'text' }, later: { data_type: 'timestamp' } };
    expect((await schemaOf([{ id: '1', other: 1 }], { columns }))['properties']).toEqual({
      id: { type: 'integer' },
      other: { type: ['null', 'integer'] },
      name: { type: ['null', 'string'] },
      later: { type: ['null', 'string'], format: 'date-time', airbyte_type: 'timestamp_with_timezone' },
    });
  });

  it('is without fields and a warning where no record can be read', async () => {
    const api = await startApi({ status: 404 });
    const { source, told } = await openManifest(configText(api, ONE), {});
    const [stream] = await source.streams();
    expect((await stream?.describe())?.jsonSchema['properties']).toEqual({});
    expect(told.warnings.join()).toContain('its fields cannot be told');
  });

  it('costs a read no request', async () => {
    const api = await startApi();
    await read(api, ONE);
    expect(api.requests).toHaveLength(1);
  });
});

describe('a schema contract', () => {
  const SCHEMA = { type: 'object', properties: { id: { type: ['null', 'integer'] }, name: { type: ['null', 'string'] } } };
  const ROWS = [
    { id: 1, name: 'a' },
    { id: 2, name: 'b', other: true },
    { id: 'three', name: null },
  ];

  async function readUnder(contract: unknown, schema: object = SCHEMA) {
    const api = await startApi({ body: ROWS });
    return read(api, ONE, { source: { schema_contract: contract } }, { schemas: { posts: schema as never } });
  }

  it.each<[contract: unknown, rows: unknown[]]>([
    ['evolve', ROWS],
    [{ tables: 'freeze' }, ROWS],
    ['discard_row', [ROWS[0]]],
    ['discard_value', [ROWS[0], { id: 2, name: 'b' }, { name: null }]],
    [{ columns: 'discard_value' }, [ROWS[0], { id: 2, name: 'b' }, ROWS[2]]],
    [{ data_type: 'discard_row' }, ROWS.slice(0, 2)],
  ])('002.24: %j is held', async (contract, rows) => {
    const outcome = await readUnder(contract);
    expect([outcome.errors, outcome.records['posts']]).toEqual([[], rows]);
  });

  it.each<[contract: unknown, message: string]>([
    ['freeze', 'The field "other" of the stream "posts" is new'],
    [{ data_type: 'freeze' }, 'The field "id" of the stream "posts" has a value of another type'],
  ])('002.24: %j fails the stream', async (contract, message) => {
    const outcome = await readUnder(contract);
    expect(outcome.failed).toEqual(['posts']);
    expect(outcome.errors.join()).toContain(message);
  });

  it('002.24: lets all pass, with a warning, where the catalog names no fields', async () => {
    const outcome = await readUnder('freeze', {});
    expect(outcome.records['posts']).toEqual(ROWS);
    expect(outcome.warnings.join()).toContain('the catalog names no fields');
  });

  it('002.24: of the resource wins over that of the source', async () => {
    const api = await startApi({ body: ROWS });
    const setting = { schemas: { posts: SCHEMA as never } };
    const outcome = await read(api, ONE, { schema_contract: 'evolve', source: { schema_contract: 'freeze' } }, setting);
    expect(outcome.records['posts']).toEqual(ROWS);
  });
});

describe('hints', () => {
  it.each<[hint: string, value: unknown, message: string]>([
    ['merge_key', 'day', '"merge_key" cannot be honoured'],
    ['nested_hints', {}, '"nested_hints" cannot be honoured'],
    ['write_disposition', 'skip', 'write_disposition cannot be "skip"'],
    ['write_disposition', { disposition: 'merge', strategy: 'scd2' }, 'The strategy "scd2" cannot be honoured'],
    ['columns', { id: { data_type: 'int' } }, '"data_type" cannot be "int"'],
    ['schema_contract', 'strict', 'cannot be "strict"'],
    ['primary_ky', 'id', 'Did you mean "primary_key"?'],
  ])('%s that cannot be honoured is refused by name', async (hint, value, message) => {
    const api = await startApi();
    const refusal = read(api, ONE, { [hint]: value });
    await expect(refusal).rejects.toThrow(message);
    await expect(refusal).rejects.toThrow(`resources[0].${hint}`);
  });

  it('002.24: that concern the storage of dlt are told to do nothing', async () => {
    const api = await startApi();
    const outcome = await read(api, ONE, {
      table_format: 'delta',
      source: { max_table_nesting: 2, root_key: true, section: 'a', name: 'b' },
    });
    expect(ids(outcome)).toEqual(IDS.slice(0, 5));
    for (const name of ['resources[0].table_format', 'max_table_nesting', 'root_key', 'section'])
      expect(outcome.warnings.filter((text) => text.startsWith(`${name}:`))).toHaveLength(1);
  });
});

import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { auxiliaryScope } from '../engine/auxiliary-scope.ts';
import { createRegistry } from '../engine/registry.ts';
import type { JsonObject } from '../lib/json.ts';
import { resolveReferences } from '../manifest/refs.ts';
import { buildFromYaml, testRun } from '../testing/build-from-yaml.ts';
import { components } from './index.ts';

const registry = createRegistry(components);

/** What the examples read of the config. */
const CONFIG: JsonObject = {
  credentials: { auth_type: 'token', token: 'secret' },
  repositories: ['one', 'two'],
  start_date: '2026-01-01T00:00:00Z',
  tokens: 'one,two',
};

/** What the examples refer to. */
const DEFINITIONS = parse(`
archive: &stream
  type: DeclarativeStream
  name: items
  retriever:
    type: SimpleRetriever
    requester: {type: HttpRequester, url: https://api.example.com/v1/items}
    record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: [items]}}
  schema_loader: {type: InlineSchemaLoader, schema: {type: object}}
accounts: *stream
all_items: *stream
changed_items: *stream
contacts: *stream
deals: *stream
items: *stream
organization_repositories: *stream
`) as JsonObject;

/** What stands around the examples that look at their surroundings. */
const DECLARATION = parse(`
url_base: https://api.example.com
incremental_sync: {type: DatetimeBasedCursor, cursor_field: at, datetime_format: "%Y", start_datetime: "2020"}
retriever:
  type: SimpleRetriever
  partition_router:
    type: SubstreamPartitionRouter
    parent_stream_configs: [{type: ParentStreamConfig, parent_key: id, partition_field: account, stream: {type: DeclarativeStream, name: accounts}}]
`) as JsonObject;

/** Code with whatever member it is asked for. */
const anyCode = { make: () => new Proxy({}, { get: () => () => undefined, set: () => true }) };

describe('the example of', () => {
  it.each(components.map((component) => [component.type, component] as const))(
    '%s has no mistakes and can be built',
    (type, { kind, example }) => {
      const written = { type, ...(parse(example ?? '') as JsonObject) };
      expect(written.type).toBe(type);
      const { example: declared } = resolveReferences({ definitions: DEFINITIONS, example: written }) as { example: JsonObject };
      const { errors, strayKeys } = registry.validate(declared, [kind], type);
      expect([...errors, ...strayKeys]).toEqual([]);
      const run = testRun({ run: { customCode: { find: () => anyCode } } });
      buildFromYaml(kind, declared, { config: CONFIG, declaration: DECLARATION, stream: auxiliaryScope(run, 'items'), run });
    },
  );
});

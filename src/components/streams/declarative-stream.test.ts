import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../lib/json.ts';
import { buildFromYaml } from '../../testing/build-from-yaml.ts';

const STREAM = `
type: DeclarativeStream
name: items
primary_key: [id, part]
retriever:
  type: SimpleRetriever
  requester: {type: HttpRequester, url: http://api/items}
  record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: []}}`;

describe('DeclarativeStream', () => {
  it('has the schema of the file that is called like it, and an empty one where there is no such file', async () => {
    const schemaOf = async (files: Readonly<Record<string, string>>): Promise<JsonObject> => {
      const stream = buildFromYaml('stream', STREAM, { run: { readFile: async (file) => files[file] } });
      return (await stream.describe()).jsonSchema;
    };
    expect(await schemaOf({ 'items.json': '{"title": "an item"}' })).toEqual({ title: 'an item' });
    expect(await schemaOf({})).toEqual({});
    await expect(schemaOf({ 'items.json': '[]' })).rejects.toThrow('items.json holds no JSON object');
  });

  it('tells the fields that identify and order its records, the one of the catalog where that may choose', () => {
    const sync = (more: string): string => `${STREAM}
incremental_sync: {type: DatetimeBasedCursor, cursor_field: at, datetime_format: "%Y", start_datetime: "2020"${more}}`;
    const plain = buildFromYaml('stream', STREAM);
    expect([plain.primaryKey, plain.cursorField('other')]).toEqual([['id', 'part'], undefined]);
    expect(buildFromYaml('stream', sync('')).cursorField('other')).toBe('at');
    expect(buildFromYaml('stream', sync(', allow_catalog_defined_cursor_field: true')).cursorField('other')).toBe('other');
    expect(buildFromYaml('stream', sync(', allow_catalog_defined_cursor_field: true')).cursorField()).toBe('at');
  });
});

import { describe, expect, it } from 'vitest';
import type { Json } from '../lib/json.ts';
import { parseCatalog } from './catalog.ts';
import { ConfigError } from './failure.ts';

const stream = { name: 'a', json_schema: {}, supported_sync_modes: ['full_refresh'] };
const configured = { stream, sync_mode: 'full_refresh', destination_sync_mode: 'append' };

function catalogWith(changes: Record<string, Json>): Json {
  return { streams: [{ ...configured, ...changes }] };
}

function catalogWithStream(changes: Record<string, Json>): Json {
  return catalogWith({ stream: { ...stream, ...changes } });
}

describe('a catalog that is accepted', () => {
  it('may have no streams', () => {
    expect(parseCatalog({ streams: [] })).toEqual({ streams: [] });
  });

  it('is given back without nulls and unknown keys', () => {
    const nulls = {
      cursor_field: null,
      primary_key: null,
      generation_id: null,
      destination_object_name: null,
      include_files: null,
      other: 1,
    };
    const inner = { namespace: null, is_resumable: null, default_cursor_field: null, source_defined_primary_key: null, other: 1 };
    const catalog = { streams: [{ ...configured, ...nulls, stream: { ...stream, ...inner } }], other: [] };
    expect(parseCatalog(catalog)).toStrictEqual({ streams: [configured] });
  });

  it('keeps every known key', () => {
    const full = {
      stream: {
        ...stream,
        supported_sync_modes: ['full_refresh', 'incremental'],
        source_defined_cursor: true,
        default_cursor_field: ['at'],
        source_defined_primary_key: [['id']],
        namespace: 'n',
        is_resumable: true,
        is_file_based: false,
      },
      sync_mode: 'incremental',
      destination_sync_mode: 'append_dedup',
      cursor_field: ['at'],
      primary_key: [['a', 'b'], ['c']],
      destination_object_name: 'object',
      generation_id: 2n ** 60n,
      minimum_generation_id: 0,
      sync_id: 7,
      include_files: false,
    };
    expect(parseCatalog({ streams: [full] })).toStrictEqual({ streams: [full] });
  });
});

describe('a catalog that is refused', () => {
  it.each<[Json, string]>([
    [null, 'The catalog is not valid: expected an object, found null.'],
    [[], 'The catalog is not valid: expected an object, found an empty list.'],
    [{}, 'The catalog is not valid at streams: expected a list, found nothing.'],
    [{ streams: {} }, 'The catalog is not valid at streams: expected a list, found an empty object.'],
    [{ streams: ['a'] }, 'The catalog is not valid at streams[0]: expected an object, found "a".'],
    [{ streams: [configured, {}] }, 'The catalog is not valid at streams[1].stream: expected an object, found nothing.'],
    [
      catalogWith({ sync_mode: 'INVALID' }),
      'The catalog is not valid at streams[0].sync_mode: expected one of full_refresh, incremental, found "INVALID".',
    ],
    [
      catalogWith({ destination_sync_mode: null }),
      'The catalog is not valid at streams[0].destination_sync_mode: expected one of append, overwrite, append_dedup, update, soft_delete, found nothing.',
    ],
    [catalogWith({ cursor_field: 'at' }), 'The catalog is not valid at streams[0].cursor_field: expected a list, found "at".'],
    [catalogWith({ primary_key: ['id'] }), 'The catalog is not valid at streams[0].primary_key[0]: expected a list, found "id".'],
    [catalogWith({ generation_id: 1.5 }), 'The catalog is not valid at streams[0].generation_id: expected an integer, found 1.5.'],
    [catalogWithStream({ name: 1 }), 'The catalog is not valid at streams[0].stream.name: expected a string, found 1.'],
    [
      catalogWithStream({ json_schema: null }),
      'The catalog is not valid at streams[0].stream.json_schema: expected an object, found nothing.',
    ],
    [
      catalogWithStream({ supported_sync_modes: ['x'] }),
      'The catalog is not valid at streams[0].stream.supported_sync_modes[0]: expected one of full_refresh, incremental, found "x".',
    ],
    [
      catalogWithStream({ source_defined_cursor: { a: 1, b: 2 } }),
      'The catalog is not valid at streams[0].stream.source_defined_cursor: expected true or false, found an object with the keys a, b.',
    ],
    [catalogWithStream({ name: ['x', 'y'] }), 'The catalog is not valid at streams[0].stream.name: expected a string, found a list of 2.'],
  ])('%j', (catalog, message) => {
    expect(() => parseCatalog(catalog)).toThrow(new ConfigError(message));
  });

  it('lists a stream more than once', () => {
    const listed =
      (...names: readonly (readonly [name: string, namespace?: string])[]) =>
      () =>
        parseCatalog({
          streams: names.map(([name, namespace = null]) => ({ ...configured, stream: { ...stream, name, namespace } })),
        });
    expect(listed(['a'], ['b'], ['a', 'n'])).not.toThrow();
    expect(listed(['a'], ['b'], ['a'], ['b'], ['a'])).toThrow(
      new ConfigError('The catalog lists "a" 3 times, "b" 2 times. List each stream once.'),
    );
  });

  it('does not see keys of the prototype', () => {
    expect(() => parseCatalog(JSON.parse('{"__proto__":{"streams":[]}}'))).toThrow('at streams: expected a list, found nothing');
  });
});

import type { Json, JsonObject } from '../../lib/json.ts';
import { isPlainObject } from '../../lib/objects.ts';
import {
  booleanAt,
  choiceAt,
  isGiven,
  itemsAt,
  type Members,
  member,
  membersAt,
  type Place,
  refuse,
  refuseCode,
  textAt,
  textsAt,
} from './places.ts';
import type { Compilation } from './texts.ts';

/** What the hints of a resource come to: keys of its stream, and the normalisation of its records. */
export interface Hints {
  readonly stream: JsonObject;
  readonly normalization: JsonObject | undefined;
}

const DISPOSITIONS: Readonly<Record<string, string>> = { append: 'append', replace: 'overwrite', merge: 'append_dedup' };
const MODES = ['evolve', 'freeze', 'discard_row', 'discard_value'] as const;

/** The type of a column as JSON Schema has it. */
const TYPES: Readonly<Record<string, JsonObject>> = {
  text: { type: 'string' },
  double: { type: 'number' },
  bool: { type: 'boolean' },
  bigint: { type: 'integer' },
  timestamp: { type: 'string', format: 'date-time', airbyte_type: 'timestamp_with_timezone' },
  date: { type: 'string', format: 'date' },
  time: { type: 'string', format: 'time', airbyte_type: 'time_without_timezone' },
  decimal: { type: 'number' },
  wei: { type: 'integer' },
  json: { type: 'object' },
  complex: { type: 'object' },
  binary: { type: 'string' },
};

/** Hints that say how a destination of dlt stores rows: here the destination of the connection decides. */
const STORAGE = ['table_format', 'file_format', 'references', 'max_table_nesting'];

/** Reads the hints of a resource; what only concerns dlt's storage is told as a warning, what would change rows is refused. */
// parity: dlt/extract/hints.py:TResourceHintsBase
export function compileHints(compilation: Compilation, hints: Members, contract: Place | undefined): Hints {
  const columns = readColumns(compilation, member(hints, 'columns'));
  const keys = [...new Set([...primaryKey(hints), ...columns.primaryKey])];
  const tableName = member(hints, 'table_name');
  refuseMerging(hints);
  warnOfStorage(compilation, hints, STORAGE);
  return {
    stream: {
      ...(keys.length === 0 ? {} : { primary_key: keys }),
      ...disposition(hints),
      ...(tableName === undefined ? {} : { destination_object_name: textAt(tableName, '"table_name"') }),
      schema_loader: {
        type: 'InferredSchemaLoader',
        ...(Object.keys(columns.properties).length === 0 ? {} : { properties: columns.properties }),
      },
    },
    normalization: compileContract(member(hints, 'schema_contract') ?? contract),
  };
}

/** Warns of hints that nothing here reads. */
export function warnOfStorage({ warnings }: Compilation, hints: Members, names: readonly string[]): void {
  for (const name of names) {
    const place = member(hints, name);
    if (place === undefined || place.value === false) continue;
    refuseCode(place);
    warnings.push({ path: place.path, message: `"${name}" does nothing here: how rows are stored is up to the destination.` });
  }
}

function primaryKey(hints: Members): string[] {
  const place = member(hints, 'primary_key');
  return place === undefined ? [] : textsAt(place, '"primary_key"');
}

function refuseMerging(hints: Members): void {
  const [mergeKey, nested] = [member(hints, 'merge_key'), member(hints, 'nested_hints')];
  if (mergeKey !== undefined) {
    refuse(
      mergeKey,
      '"merge_key" cannot be honoured: no destination replaces rows by other fields than the primary key.',
      'Give primary_key.',
    );
  }
  if (nested !== undefined) refuse(nested, '"nested_hints" cannot be honoured: nested data is not split into tables here.');
}

/** parity: dlt/common/schema/typing.py:TWriteDispositionConfig */
function disposition(hints: Members): JsonObject {
  const place = member(hints, 'write_disposition');
  if (place === undefined) return {};
  refuseCode(place);
  const isDetailed = isPlainObject(place.value);
  const members: Members = isDetailed
    ? membersAt(place, 'write_disposition', ['disposition', 'strategy'])
    : new Map([['disposition', place]]);
  const name = member(members, 'disposition');
  if (name === undefined) return refuse(place, 'write_disposition needs "disposition".');
  const word = choiceAt(name, 'write_disposition', ['append', 'replace', 'merge']);
  const strategy = member(members, 'strategy');
  if (strategy !== undefined) {
    const chosen = textAt(strategy, '"strategy"');
    if (!['delete-insert', 'upsert'].includes(chosen))
      refuse(strategy, `The strategy "${chosen}" cannot be honoured: rows are merged by their primary key.`);
  }
  return { destination_sync_mode: DISPOSITIONS[word] as string };
}

interface Columns {
  readonly properties: JsonObject;
  readonly primaryKey: readonly string[];
}

function readColumns(compilation: Compilation, place: Place | undefined): Columns {
  if (place === undefined) return { properties: {}, primaryKey: [] };
  refuseCode(place, 'Write columns as a dict of names and their data_type.');
  const properties: JsonObject = {};
  const keys: string[] = [];
  for (const [name, column] of columnsAt(place)) {
    const members = membersAt(column, 'A column');
    const type = member(members, 'data_type');
    const nullable = member(members, 'nullable');
    const key = member(members, 'primary_key');
    if (key !== undefined && booleanAt(key, '"primary_key"')) keys.push(name);
    if (type !== undefined) properties[name] = columnSchema(type, nullable);
    const ignored = [...members.keys()].filter((hint) => !['name', 'data_type', 'nullable', 'primary_key', 'description'].includes(hint));
    warnOfStorage(compilation, members, ignored);
  }
  return { properties, primaryKey: keys };
}

/** The columns by their names, of a dict or of a list. */
function columnsAt(place: Place): [string, Place][] {
  if (!Array.isArray(place.value)) return [...membersAt(place, 'columns')];
  return itemsAt(place, 'columns').map((item) => {
    const name = member(membersAt(item, 'A column'), 'name');
    return [name === undefined ? refuse(item, 'A column needs a name.') : textAt(name, '"name"'), item];
  });
}

function columnSchema(type: Place, nullable: Place | undefined): JsonObject {
  const word = choiceAt(type, '"data_type"', Object.keys(TYPES));
  const schema = TYPES[word] as JsonObject;
  const isNullable = nullable === undefined || booleanAt(nullable, '"nullable"');
  // What dlt keeps as JSON may be a list as well.
  const types: Json[] = schema['type'] === 'object' ? ['object', 'array'] : [schema['type'] as Json];
  return { ...schema, type: isNullable ? ['null', ...types] : types.length === 1 ? (types[0] as Json) : types };
}

/** parity: dlt/common/schema/typing.py:TSchemaContract */
function compileContract(place: Place | undefined): JsonObject | undefined {
  if (!isGiven(place)) return undefined;
  const isWord = typeof place.value === 'string';
  const members: Members = isWord
    ? new Map([
        ['columns', place],
        ['data_type', place],
      ])
    : membersAt(place, 'schema_contract', ['tables', 'columns', 'data_type']);
  // Only streams of the catalog are read, which is what a contract for tables could ask for.
  const tables = member(members, 'tables');
  if (tables !== undefined) choiceAt(tables, '"tables"', MODES);
  const modes = ['columns', 'data_type'].map((key) => {
    const mode = member(members, key);
    return [key, mode === undefined ? 'evolve' : choiceAt(mode, `"${key}"`, MODES)] as const;
  });
  return modes.every(([, mode]) => mode === 'evolve') ? undefined : { type: 'SchemaContract', ...Object.fromEntries(modes) };
}

/** How many partitions are read at a time, where anything asks for several. */
export function concurrency(places: readonly (Place | undefined)[]): JsonObject | undefined {
  const isAsked = places.some((place) => isGiven(place) && booleanAt(place, '"parallelized"'));
  // As many as dlt has workers for extraction.
  return isAsked ? { type: 'ConcurrencyLevel', default_concurrency: 5 } : undefined;
}

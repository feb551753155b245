import type { Json, JsonObject } from '../../../lib/json.ts';
import { isPlainObject } from '../../../lib/objects.ts';
import type { Part, PartReader } from './parts.ts';
import type { ExportScope, TextExport } from './texts.ts';

const ADDED = 'Fields that an expression makes are ours: dlt itself maps by Python functions.';
const DISPOSITIONS: Readonly<Record<string, string>> = { append: 'append', overwrite: 'replace', append_dedup: 'merge' };

/** What of an endpoint says where records are: the JSONPath and the encoding. */
export function exportSelector(reader: PartReader, selector: Part | undefined): JsonObject {
  const extractor = selector?.part('extractor');
  if (extractor === undefined) return {};
  if (extractor.type === 'JsonPathExtractor') {
    const [path, encoding] = [extractor.take('path'), extractor.take('encoding')];
    if (encoding !== undefined)
      reader.lose(`${extractor.path}.encoding`, 'dlt itself does not know "encoding"; a response hook does it there.');
    return { ...(path === undefined ? {} : { data_selector: path }), ...(encoding === undefined ? {} : { encoding }) };
  }
  const path = extractor.type === 'DpathExtractor' ? extractor.take('field_path') : undefined;
  if (!Array.isArray(path) || path.some((key) => typeof key !== 'string' || key.includes('{{') || key === '**')) {
    extractor.lose(`dlt finds no records by ${extractor.type === 'DpathExtractor' ? 'this field_path' : extractor.type}.`);
    return {};
  }
  const steps = path.map((key) => (key === '*' ? '[*]' : /^[A-Za-z_]\w*$/.test(String(key)) ? String(key) : `'${String(key)}'`));
  return { data_selector: path.length === 0 ? '$' : steps.join('.').replaceAll('.[', '[') };
}

/** The processing steps for the filter and the transformations of a stream. */
export function exportSteps(
  reader: PartReader,
  texts: TextExport,
  stream: Part,
  selector: Part | undefined,
  scope: ExportScope,
  parent: string | undefined,
): JsonObject {
  const fromParent: string[] = [];
  const steps = stream.parts('transformations').flatMap((part): JsonObject[] => {
    switch (part.type) {
      case 'FilterRecords':
        return [{ filter: tellOurs(reader, part, 'condition') }];
      case 'SetFields':
        return exportFields(reader, texts, part, scope, parent, fromParent);
      case 'RemoveFields':
        return exportRemoval(reader, part);
      case 'AddFields':
        return exportAddition(reader, part);
      default:
        part.lose(`dlt has no step like ${part.type}.`);
        return [];
    }
  });
  const filter = selector?.part('record_filter');
  const isLate = selector?.take('transform_before_filtering') === true;
  const filters = filter === undefined ? [] : exportFilter(reader, filter);
  const all = isLate ? [...steps, ...filters] : [...filters, ...steps];
  return {
    ...(fromParent.length === 0 ? {} : { include_from_parent: fromParent }),
    ...(all.length === 0 ? {} : { processing_steps: all }),
  };
}

/** An expression over the record, in place of dlt's function of one. */
function tellOurs(reader: PartReader, part: Part, key: string): string {
  reader.lose(`${part.path}.${key}`, 'An expression is ours: dlt itself filters by a Python function.');
  return unwrapped(String(part.take(key)));
}

function exportFilter(reader: PartReader, filter: Part): JsonObject[] {
  const condition = filter.take('condition');
  if (filter.type === 'RecordFilter' && typeof condition === 'string' && readsOnly(condition, 'record')) {
    reader.lose(`${filter.path}.condition`, 'An expression is ours: dlt itself filters by a Python function.');
    return [{ filter: unwrapped(condition) }];
  }
  filter.lose('dlt has no such filter.');
  return [];
}

function unwrapped(template: string): string {
  return /^\{\{([\s\S]*)\}\}$/.exec(template.trim())?.[1]?.trim() ?? template;
}

/** Whether a template is one expression that reads nothing beside one variable. */
function readsOnly(template: string, name: string): boolean {
  const expression = /^\{\{((?:(?!\}\}|\{\{)[\s\S])*)\}\}$/.exec(template.trim())?.[1];
  if (expression === undefined) return false;
  const bare = expression.replace(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/g, "''");
  return ![...bare.matchAll(/(?<![\w.|])([A-Za-z_]\w*)/g)].some(
    ([, word = '']) =>
      word !== name && /^(?:config|stream_\w+|parameters|next_page_token|response|headers|now_utc|today_utc|now|today)$/.test(word),
  );
}

function exportFields(
  reader: PartReader,
  texts: TextExport,
  part: Part,
  scope: ExportScope,
  parent: string | undefined,
  fromParent: string[],
): JsonObject[] {
  const fields = part.take('fields') as JsonObject;
  const map: JsonObject = {};
  for (const [name, value] of Object.entries(fields)) {
    const path = `${part.path}.fields.${name}`;
    const placeholder = typeof value === 'string' && /stream_(?:slice|partition)/.test(value) ? texts.text(value, path, scope) : undefined;
    const [, owner, field] = /^\{resources\.([^.}]+)\.(.+)\}$/.exec(placeholder ?? '') ?? [];
    const plain = field?.replace(/^'(.*)'$/, '$1').replace(/\\(.)/g, '$1');
    if (plain !== undefined && owner === parent && name === `_${parent}_${plain}`) {
      fromParent.push(plain);
      continue;
    }
    reader.lose(path, ADDED);
    map[name] = typeof value === 'string' ? unwrapped(value) : value;
  }
  return Object.keys(map).length === 0 ? [] : [{ map }];
}

function exportRemoval(reader: PartReader, part: Part): JsonObject[] {
  const pointers = part.take('field_pointers');
  const names = Array.isArray(pointers)
    ? pointers.map((pointer) => (Array.isArray(pointer) && pointer.length === 1 ? pointer[0] : undefined))
    : [];
  if (names.length === 0 || names.some((name) => typeof name !== 'string' || name.includes('*'))) {
    part.lose('Only top-level fields can be removed by a dlt config.');
    return [];
  }
  reader.lose(part.path, 'dlt itself does not know "exclude".');
  return [{ exclude: names as Json[] }];
}

function exportAddition(reader: PartReader, part: Part): JsonObject[] {
  const fields = part.take('fields');
  const map: JsonObject = {};
  for (const field of Array.isArray(fields) ? (fields as JsonObject[]) : []) {
    const { path, value, value_type: type } = field as { path?: Json; value?: Json; value_type?: Json };
    const [name, ...deeper] = Array.isArray(path) ? path : [];
    if (typeof name !== 'string' || deeper.length > 0 || type !== undefined || typeof value !== 'string' || !readsOnly(value, 'record')) {
      part.lose('Only top-level fields with an expression over the record can be added by a dlt config.');
      return [];
    }
    map[name] = unwrapped(value);
  }
  reader.lose(part.path, ADDED);
  return [{ map }];
}

/** The hints of a stream: its key, the write disposition, the name of its table, its columns and its contract. */
export function exportHints(stream: Part, selector: Part | undefined): JsonObject {
  const key = keyOf(stream);
  const mode = stream.take('destination_sync_mode');
  const table = stream.take('destination_object_name');
  return {
    ...(key === undefined ? {} : { primary_key: key }),
    ...(mode === undefined ? {} : { write_disposition: DISPOSITIONS[String(mode)] as string }),
    ...(table === undefined ? {} : { table_name: table }),
    ...columnsOf(stream.part('schema_loader')),
    ...contractOf(selector),
  };
}

function keyOf(stream: Part): Json | undefined {
  const key = stream.take('primary_key');
  const names = [key].flat().filter((name) => name !== undefined && name !== '');
  if (names.length === 0) return undefined;
  if (names.some((name) => typeof name !== 'string')) {
    stream.lose('A primary key is made of top-level fields.', 'primary_key');
    return undefined;
  }
  return names.length === 1 ? (names[0] as Json) : (names as Json[]);
}

/** Types of dlt for those of JSON Schema, by type and format. */
const COLUMNS: Readonly<Record<string, string>> = {
  string: 'text',
  'string date-time': 'timestamp',
  'string date': 'date',
  'string time': 'time',
  integer: 'bigint',
  number: 'double',
  boolean: 'bool',
  object: 'json',
  array: 'json',
};

function columnsOf(loader: Part | undefined): JsonObject {
  if (loader === undefined) return {};
  loader.take('sample_size');
  const given = loader.type === 'InferredSchemaLoader' ? loader.take('properties') : undefined;
  const schema = loader.type === 'InlineSchemaLoader' ? loader.take('schema') : undefined;
  const properties = given ?? (isPlainObject(schema) ? (schema as JsonObject)['properties'] : undefined);
  if (loader.type !== 'InferredSchemaLoader' && loader.type !== 'InlineSchemaLoader') {
    loader.lose('dlt tells the columns by the rows.');
    return {};
  }
  if (!isPlainObject(properties)) return {};
  if (schema !== undefined) loader.lose('Of the schema only the types of the columns are kept.', 'schema');
  const columns: JsonObject = {};
  for (const [name, property] of Object.entries(properties as JsonObject)) {
    const column = columnOf(property);
    if (column !== undefined) columns[name] = column;
  }
  return Object.keys(columns).length === 0 ? {} : { columns };
}

/** The column of a property; undefined where its type is to be told by the rows. */
function columnOf(property: Json): JsonObject | undefined {
  if (!isPlainObject(property)) return undefined;
  const { type, format } = property as { type?: Json; format?: Json };
  const types = [type].flat().filter((name) => name !== undefined && name !== 'null');
  const isNullable = [type].flat().includes('null');
  const word = types.every((name) => name === 'object' || name === 'array') ? types[0] : types.length === 1 ? types[0] : undefined;
  const dataType = COLUMNS[typeof format === 'string' ? `${String(word)} ${format}` : String(word)] ?? COLUMNS[String(word)];
  return dataType === undefined ? undefined : { data_type: dataType, ...(isNullable ? {} : { nullable: false }) };
}

function contractOf(selector: Part | undefined): JsonObject {
  const given = selector?.take('schema_normalization');
  if (!isPlainObject(given)) {
    if (given !== undefined && given !== 'None') selector?.lose('dlt does not change types by the schema.', 'schema_normalization');
    return {};
  }
  const contract = selector?.part('schema_normalization');
  if (contract?.type !== 'SchemaContract') {
    contract?.lose(`dlt has nothing like ${contract.type}.`);
    return {};
  }
  const [columns = 'evolve', dataType = 'evolve'] = [contract.take('columns'), contract.take('data_type')];
  return { schema_contract: { columns, data_type: dataType } };
}

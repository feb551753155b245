import { type Json, type JsonObject, stringifyJson } from '../lib/json.ts';
import { isPlainObject, setOwnProperty } from '../lib/objects.ts';
import { type Cell, type ColumnType, toCell, typeOf } from './cell.ts';
import { type Declared, declaredFields } from './schema-columns.ts';
import { NOT_OWN } from './sql.ts';

/** A column for the values of one type at one place of the records. */
export interface Column {
  readonly name: string;
  readonly path: readonly string[];
  readonly type: ColumnType;
}

/** The columns of a table, which become more as records bring new fields or values of other types; none is ever changed or taken away. */
export interface TableShape {
  readonly columns: readonly Column[];
  /** The cells of a record, one for each column that there is then; later columns are null for it. */
  cellsOf(record: JsonObject): Cell[];
  /** The column that holds the values of a field as they usually come; undefined when there is none yet. */
  columnOf(path: readonly string[]): Column | undefined;
}

/** Joins the names of nested fields in the names of columns. */
const NESTING = '__';
/** What a column for values of another type is called after the field's own. */
const VARIANT = '__v_';
/** Undeclared fields beyond so many columns of a table share one. */
const MOST_COLUMNS = 1000;
/** The column of the fields that have none of their own, as a JSON object. */
const EXTRA: Column = { name: '_airbyte_extra', path: [], type: 'json' };
/** Names that begin so are the warehouse's own. */
const OWN_PREFIX = '_airbyte_';

/** A place in the records: the fields of an object that are taken apart, or the columns for its values. */
interface Place {
  readonly path: readonly string[];
  readonly fields: Map<string, Place> | undefined;
  main: number | undefined;
  readonly variants: Map<ColumnType, number>;
}

/** The shape of a table: the columns that it has, then those that the schema declares. */
export function createTableShape(schema: JsonObject, known: readonly Column[]): TableShape {
  const columns: Column[] = [];
  const taken = new Set<string>();
  const root = place([], new Map());
  let extra: number | undefined;

  function addColumn(column: Column): number {
    columns.push(column);
    taken.add(column.name.toLowerCase());
    return columns.length - 1;
  }

  function newColumn(path: readonly string[], type: ColumnType, isVariant: boolean): number {
    const base = `${path.map(safeName).join(NESTING)}${isVariant ? `${VARIANT}${type}` : ''}`;
    const stem = base === '' ? 'field' : base.toLowerCase().startsWith(OWN_PREFIX) ? NOT_OWN + base : base;
    let name = stem;
    for (let count = 2; taken.has(name.toLowerCase()); count++) name = `${stem}_${count}`;
    return addColumn({ name, path, type });
  }

  /** Puts a column that the table has into its place. */
  function adopt(column: Column): void {
    const index = addColumn(column);
    if (column.name === EXTRA.name) {
      extra = index;
      return;
    }
    let parent = root;
    for (const name of column.path.slice(0, -1)) parent = child(parent, name) ?? parent;
    const name = column.path.at(-1) as string;
    const own = parent.fields?.get(name) ?? place(column.path, undefined);
    parent.fields?.set(name, own);
    if (own.main === undefined) own.main = index;
    else own.variants.set(column.type, index);
  }

  /** The place of an object below another, made when there is none. */
  function child(parent: Place, name: string): Place | undefined {
    const present = parent.fields?.get(name);
    if (present?.fields !== undefined) return present;
    const made: Place = { ...(present ?? place([...parent.path, name], undefined)), fields: new Map() };
    parent.fields?.set(name, made);
    return made;
  }

  function declare(parent: Place, fields: ReadonlyMap<string, Declared>): void {
    for (const [name, declared] of fields) {
      if ('fields' in declared) {
        const object = child(parent, name);
        if (object !== undefined) declare(object, declared.fields);
        continue;
      }
      const own = parent.fields?.get(name) ?? place([...parent.path, name], undefined);
      parent.fields?.set(name, own);
      own.main ??= newColumn(own.path, declared.type, false);
    }
  }

  function fill(parent: Place, object: JsonObject, cells: Cell[], rest: JsonObject): void {
    for (const name in object) {
      const value = object[name] as Json;
      if (value === null) continue;
      let own = parent.fields?.get(name);
      if (own?.fields !== undefined && isPlainObject(value)) {
        fill(own, value as JsonObject, cells, rest);
        continue;
      }
      if (own === undefined) {
        own = place([...parent.path, name], undefined);
        if (columns.length < MOST_COLUMNS) parent.fields?.set(name, own);
      }
      put(own, value, cells, rest);
    }
  }

  function put(own: Place, value: Exclude<Json, null>, cells: Cell[], rest: JsonObject): void {
    if (own.main !== undefined) {
      const cell = toCell(value, (columns[own.main] as Column).type);
      if (cell !== undefined) {
        cells[own.main] = cell;
        return;
      }
    }
    const type = typeOf(value);
    let index = own.main === undefined ? undefined : own.variants.get(type);
    if (index === undefined) {
      if (columns.length >= MOST_COLUMNS) {
        setOwnProperty(rest, own.path.join('.'), value);
        return;
      }
      index = newColumn(own.path, type, own.main !== undefined);
      if (own.main === undefined) own.main = index;
      else own.variants.set(type, index);
    }
    cells[index] = toCell(value, type) as Cell;
  }

  for (const column of known) adopt(column);
  declare(root, declaredFields(schema));

  return {
    columns,
    cellsOf(record) {
      const cells = new Array<Cell>(columns.length).fill(null);
      const rest: JsonObject = {};
      fill(root, record, cells, rest);
      if (hasKeys(rest)) {
        extra ??= addColumn(EXTRA);
        cells[extra] = stringifyJson(rest);
      }
      for (let index = 0; index < columns.length; index++) cells[index] ??= null;
      return cells;
    },
    columnOf(path) {
      let at: Place | undefined = root;
      for (const name of path) at = at?.fields?.get(name);
      return at?.main === undefined ? undefined : columns[at.main];
    },
  };
}

function place(path: readonly string[], fields: Map<string, Place> | undefined): Place {
  return { path, fields, main: undefined, variants: new Map() };
}

function hasKeys(object: JsonObject): boolean {
  for (const _ in object) return true;
  return false;
}

/** A name without characters that no tool shows, or that no database keeps. */
function safeName(name: string): string {
  return name.replace(/[\p{Cc}\p{Cf}\p{Cs}"]/gu, '_');
}

import { isContainer } from './dpath.ts';
import { Float, type Json, type JsonObject } from './json.ts';
import { parseJsonPath, type Step, type Test } from './json-path-syntax.ts';

export { JsonPathError } from './json-path-syntax.ts';

/** A JSONPath that is ready to be looked up. */
export interface JsonPath {
  readonly text: string;
  /** The keys and indexes that it leads along, when it leads to one place; undefined when it may lead to several. */
  readonly keys: readonly (string | number)[] | undefined;
  /** All values that it leads to, in the order of the document. */
  find(document: Json): Json[];
  /** The first of them; undefined when there is none. */
  first(document: Json): Json | undefined;
}

/**
 * Compiles a JSONPath: names, indexes, slices, `*`, `..`, lists of names or indexes, filters and unions; the leading `$` may be left out.
 * Throws JsonPathError for a text that is none.
 */
// parity: jsonpath_ng (ext) as dlt uses it: dlt/common/jsonpath.py:find_values
export function compileJsonPath(text: string): JsonPath {
  const branches = parseJsonPath(text);
  const [only] = branches;
  const find = (document: Json): Json[] => branches.flatMap((steps) => walk([document], steps));
  return {
    text,
    keys: branches.length === 1 && only !== undefined ? keysOf(only) : undefined,
    find,
    first: (document) => find(document)[0],
  };
}

function keysOf(steps: readonly Step[]): (string | number)[] | undefined {
  const keys: (string | number)[] = [];
  for (const step of steps) {
    const [key, ...others] = step.kind === 'names' ? step.names : step.kind === 'indexes' ? step.indexes : [];
    if (key === undefined || others.length > 0) return undefined;
    keys.push(key);
  }
  return keys;
}

function walk(values: readonly Json[], steps: readonly Step[]): Json[] {
  return steps.reduce<readonly Json[]>((found, step) => found.flatMap((value) => take(value, step)), values) as Json[];
}

function take(value: Json, step: Step): Json[] {
  switch (step.kind) {
    case 'names':
      return isContainer(value) && !Array.isArray(value)
        ? step.names.flatMap((name) => (Object.hasOwn(value, name) ? [value[name] as Json] : []))
        : [];
    case 'indexes':
      return Array.isArray(value) ? step.indexes.flatMap((index) => value.slice(index).slice(0, 1)) : [];
    case 'all':
      return childrenOf(value);
    case 'slice':
      return Array.isArray(value) ? slice(value, step) : [];
    case 'filter':
      return childrenOf(value).filter((child) => step.tests.every((test) => holds(test, child)));
    case 'below':
      return [...take(value, step.step), ...childrenOf(value).flatMap((child) => take(child, step))];
    default:
      return step satisfies never;
  }
}

function childrenOf(value: Json): Json[] {
  if (!isContainer(value)) return [];
  return Array.isArray(value) ? value : Object.values(value as JsonObject);
}

/** The items that Python's slice gives. */
function slice(list: readonly Json[], { from, to, by }: { from: number | undefined; to: number | undefined; by: number }): Json[] {
  const { length } = list;
  const bound = (index: number | undefined, least: number, most: number): number | undefined =>
    index === undefined ? undefined : Math.min(Math.max(index < 0 ? index + length : index, least), most);
  const found: Json[] = [];
  if (by > 0) {
    const end = bound(to, 0, length) ?? length;
    for (let at = bound(from, 0, length) ?? 0; at < end; at += by) found.push(list[at] as Json);
  } else {
    const end = bound(to, -1, length - 1) ?? -1;
    for (let at = bound(from, -1, length - 1) ?? length - 1; at > end; at += by) found.push(list[at] as Json);
  }
  return found;
}

function holds({ path, operator, operand }: Test, value: Json): boolean {
  const found = walk([value], path);
  return operator === undefined ? found.length > 0 : found.some((item) => compares(item, operator, operand));
}

function compares(item: Json, operator: NonNullable<Test['operator']>, operand: Test['operand']): boolean {
  if (operator === '=~') return typeof item === 'string' && operand instanceof RegExp && operand.test(item);
  const left = plain(item);
  if (typeof left !== typeof operand) return operator === '!=';
  const [a, b] = [left, operand] as [number, number];
  switch (operator) {
    case '==':
      return a === b;
    case '!=':
      return a !== b;
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    default:
      return a >= b;
  }
}

function plain(item: Json): Json {
  if (item instanceof Float) return item.value;
  return typeof item === 'bigint' ? Number(item) : item;
}

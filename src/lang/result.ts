import { dictSize } from './dicts.ts';
import { parseLiteral } from './literal.ts';
import { str } from './repr.ts';
import { Float, isDict, isInt, isList, isPlainDict, type PlainDict, PySet, typeName, Undefined, type Value } from './values.ts';

/** Python types that a result can be restricted to; a bool is an int as well. */
export type TypeName = 'str' | 'int' | 'float' | 'bool' | 'NoneType' | 'list' | 'tuple' | 'dict' | 'set' | 'bytes';

/** What a rendered text stands for: the Python literal it is, if any and of a valid type, else itself. */
// parity: airbyte_cdk/sources/declarative/interpolation/jinja.py:JinjaInterpolation._literal_eval
export function typeText(text: string, validTypes: readonly TypeName[] | undefined): Value {
  const value = parseLiteral(text);
  if (value === undefined) return text;
  return validTypes === undefined || isInstance(value, validTypes) ? value : text;
}

/**
 * What the text of a single printed value stands for, without making that text where the two are known to be the same;
 * undefined when the text is empty.
 */
export function typeValue(value: Value): Value | undefined {
  switch (typeof value) {
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : str(value);
    case 'string':
      return value === '' ? undefined : typeText(value, undefined);
    default:
      break;
  }
  if (value === null) return null;
  if (value instanceof Undefined) return undefined;
  if (value instanceof Float && Number.isFinite(value.value)) return value.source === undefined ? value : new Float(value.value);
  const copy = copyLiteral(value, MAX_COPIED_DEPTH);
  if (copy !== undefined) return copy;
  const text = str(value);
  return text === '' ? undefined : typeText(text, undefined);
}

/** Far below the depth at which Python's parser refuses brackets. */
const MAX_COPIED_DEPTH = 40;

/**
 * A copy of what JSON can hold, which is what reading its text would give; undefined for anything whose text is no literal or is
 * read as something else, and for what is nested deeply.
 */
function copyLiteral(value: Value, depth: number): Value | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : undefined;
    default:
      break;
  }
  if (value === null) return null;
  if (depth === 0) return undefined;
  if (isList(value)) return copyList(value, depth);
  if (isPlainDict(value)) return copyDict(value, depth);
  return value instanceof Float && value.source === undefined && Number.isFinite(value.value) ? value : undefined;
}

function copyList(list: readonly Value[], depth: number): Value | undefined {
  const copy: Value[] = [];
  for (const item of list) {
    const itemCopy = copyLiteral(item, depth - 1);
    if (itemCopy === undefined) return undefined;
    copy.push(itemCopy);
  }
  return copy;
}

function copyDict(dict: PlainDict, depth: number): Value | undefined {
  const keys = Object.keys(dict);
  // Integer-like keys, which come first, and `__proto__` are kept in another form of dict.
  if (/^\d/.test(keys[0] ?? '') || Object.hasOwn(dict, '__proto__')) return undefined;
  const copy: PlainDict = {};
  for (const key of keys) {
    const itemCopy = copyLiteral(dict[key] as Value, depth - 1);
    if (itemCopy === undefined) return undefined;
    copy[key] = itemCopy;
  }
  return copy;
}

// A character that no literal begins with, and no blank or comment before one.
const NO_LITERAL_START = /^[^0-9TFNsbBrRuU'"([{\-+.#\\\s]/;

/** Whether every text that begins with the prefix is no literal. */
export function beginsNoLiteral(prefix: string): boolean {
  return NO_LITERAL_START.test(prefix);
}

/** Whether a result counts as false in a condition. */
// parity: airbyte_cdk/sources/declarative/interpolation/interpolated_boolean.py:FALSE_VALUES
export function isFalse(result: Value): boolean {
  if (typeof result === 'string') return FALSE_TEXTS.has(result);
  if (typeof result === 'boolean') return !result;
  if (result === null || result === 0) return true;
  if (result instanceof Float) return result.value === 0;
  if (Array.isArray(result)) return result.length === 0;
  if (result instanceof PySet) return result.size === 0;
  return isDict(result) && dictSize(result) === 0;
}

const FALSE_TEXTS: ReadonlySet<string> = new Set(['False', 'false', '{}', '[]', '()', '', '0', '0.0']);

function isInstance(value: Value, types: readonly TypeName[]): boolean {
  return types.some((type) => isOfType(value, type));
}

function isOfType(value: Value, type: TypeName): boolean {
  if (type === 'int') return typeof value === 'boolean' || isInt(value);
  return typeName(value) === type;
}

import { floatText } from '../../lib/json.ts';
import { compareText } from '../code-points.ts';
import { compare } from '../comparison.ts';
import { dictEntries } from '../dicts.ts';
import { plainText } from '../markup.ts';
import { bigintText } from '../repr.ts';
import { Float, isDict, PythonError, typeName, type Value } from '../values.ts';

/** How `jsonText` writes: keys sorted or as they are, on one line or indented. */
export interface JsonStyle {
  readonly sortKeys?: boolean;
  /** The text one level is indented by; all on one line without it. */
  readonly indent?: string;
  /** Leaves out the blanks between items. */
  readonly compact?: boolean;
}

/** Python's `json.dumps`: ASCII only, `", "` and `": "` between; raises TypeError for what JSON has no form for. */
export function jsonText(value: Value, style: JsonStyle = {}): string {
  return write(value, style, '\n', []);
}

function write(raw: Value, style: JsonStyle, newline: string, open: readonly Value[]): string {
  const value = plainText(raw);
  switch (typeof value) {
    case 'string':
      return quote(value);
    case 'number':
    case 'bigint':
    case 'boolean':
      return scalarText(value);
    default:
      break;
  }
  if (value === null) return 'null';
  if (value instanceof Float) return scalarText(value);
  if (open.includes(value)) throw new PythonError('ValueError', 'Circular reference detected');
  const inner = style.indent === undefined ? newline : newline + style.indent;
  const within = [...open, value];
  if (Array.isArray(value))
    return enclose(
      '[',
      ']',
      value.map((item) => write(item, style, inner, within)),
      style,
      newline,
      inner,
    );
  if (isDict(value)) {
    const pairs = sorted([...dictEntries(value)], style).map(
      ([key, item]) => `${quote(keyText(key))}${style.compact ? ':' : ': '}${write(item, style, inner, within)}`,
    );
    return enclose('{', '}', pairs, style, newline, inner);
  }
  throw new PythonError('TypeError', `Object of type ${typeName(value)} is not JSON serializable`);
}

function enclose(open: string, close: string, items: readonly string[], style: JsonStyle, newline: string, inner: string): string {
  if (items.length === 0 || style.indent === undefined) return open + items.join(style.compact ? ',' : ', ') + close;
  return open + inner + items.join(`,${inner}`) + newline + close;
}

function sorted(entries: [Value, Value][], style: JsonStyle): [Value, Value][] {
  if (!style.sortKeys) return entries;
  return entries.sort(([a], [b]) => {
    if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
    if (compare(a, b, '<')) return -1;
    return compare(b, a, '<') ? 1 : 0;
  });
}

function keyText(key: Value): string {
  if (typeof key === 'string') return key;
  if (typeof key === 'number' || typeof key === 'bigint' || typeof key === 'boolean' || key instanceof Float) return scalarText(key);
  if (key === null) return 'null';
  throw new PythonError('TypeError', `keys must be str, int, float, bool or None, not ${typeName(key)}`);
}

function scalarText(value: number | bigint | boolean | Float): string {
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'bigint') return bigintText(value);
  const number = Number(value);
  if (Number.isFinite(number)) return value instanceof Float || !Number.isInteger(number) ? floatText(number) : String(number);
  if (Number.isNaN(number)) return 'NaN';
  return number > 0 ? 'Infinity' : '-Infinity';
}

const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\f': '\\f',
  '\b': '\\b',
};

function quote(text: string): string {
  const escaped = text.replace(/["\\]|[^ -~]/g, (unit) => SHORT[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `"${escaped}"`;
}

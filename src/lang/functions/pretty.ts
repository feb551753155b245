import { compare } from '../comparison.ts';
import { dictEntries } from '../dicts.ts';
import { repr } from '../repr.ts';
import { isDict, PythonError, Tuple, typeName, type Value } from '../values.ts';

const WIDTH = 80;

/** Python's `pprint.pformat`: on one line where that fits into 80 characters, keys sorted. */
// parity: CPython Lib/pprint.py:PrettyPrinter
export function prettyText(value: Value): string {
  return format(value, 0, 0);
}

/** Formats a value that begins at the column `indent` and is followed by `allowance` characters. */
function format(value: Value, indent: number, allowance: number): string {
  const flat = flatText(value);
  if (flat.length <= WIDTH - indent - allowance) return flat;
  if (isDict(value)) {
    const entries = sortedEntries(value);
    if (entries.length === 0) return flat;
    const lines = entries.map(([key, item], i) => {
      const name = repr(key);
      return `${name}: ${format(item, indent + name.length + 3, i === entries.length - 1 ? allowance + 1 : 1)}`;
    });
    return `{${lines.join(`,\n${' '.repeat(indent + 1)}`)}}`;
  }
  if (Array.isArray(value) && value.length > 0) {
    const isTuple = value instanceof Tuple;
    const close = isTuple ? (value.length === 1 ? ',)' : ')') : ']';
    const lines = value.map((item, i) => format(item, indent + 1, i === value.length - 1 ? allowance + close.length : 1));
    return `${isTuple ? '(' : '['}${lines.join(`,\n${' '.repeat(indent + 1)}`)}${close}`;
  }
  return typeof value === 'string' ? formatText(value, indent, allowance) : flat;
}

/** Breaks a long text into literals of one line each, at line ends and then between words. */
function formatText(text: string, indentBefore: number, allowanceBefore: number): string {
  const isTop = indentBefore === 0 && allowanceBefore === 0;
  const indent = isTop ? 1 : indentBefore;
  const allowance = isTop ? 1 : allowanceBefore;
  const width = WIDTH - indent;
  const lines = text.split(/(?<=\n)/);
  const chunks: string[] = [];
  for (const [i, line] of lines.entries()) {
    const room = i === lines.length - 1 ? width - allowance : width;
    if (repr(line).length <= room) {
      chunks.push(repr(line));
      continue;
    }
    let current = '';
    const parts = line.match(/\S*\s*/g)?.filter((part) => part !== '') ?? [];
    for (const [j, part] of parts.entries()) {
      const limit = j === parts.length - 1 && i === lines.length - 1 ? width - allowance : width;
      if (repr(current + part).length > limit) {
        if (current !== '') chunks.push(repr(current));
        current = part;
      } else current += part;
    }
    if (current !== '') chunks.push(repr(current));
  }
  if (chunks.length === 1) return chunks[0] as string;
  const body = chunks.join(`\n${' '.repeat(indent)}`);
  return isTop ? `(${body})` : body;
}

function flatText(value: Value): string {
  if (isDict(value))
    return `{${sortedEntries(value)
      .map(([key, item]) => `${flatText(key)}: ${flatText(item)}`)
      .join(', ')}}`;
  if (value instanceof Tuple) return value.length === 1 ? `(${flatText(value[0] as Value)},)` : `(${value.map(flatText).join(', ')})`;
  if (Array.isArray(value)) return `[${value.map(flatText).join(', ')}]`;
  return repr(value);
}

function sortedEntries(dict: Parameters<typeof dictEntries>[0]): [Value, Value][] {
  return [...dictEntries(dict)].sort(([a], [b]) => (isLess(a, b) ? -1 : isLess(b, a) ? 1 : 0));
}

/** The order of keys; those that have none go by the names of their types. */
function isLess(a: Value, b: Value): boolean {
  try {
    return compare(a, b, '<');
  } catch (error) {
    if (!(error instanceof PythonError)) throw error;
    return typeName(a) < typeName(b);
  }
}

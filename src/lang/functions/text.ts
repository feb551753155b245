import { strMembers } from '../methods/str.ts';
import { str } from '../repr.ts';
import { indexOf } from '../sequence.ts';
import { NO_KEYWORDS, PythonError, typeName, type Value } from '../values.ts';

/** Calls a method of Python's str on a text. */
export function callText(text: string, method: string, ...args: Value[]): Value {
  const run = strMembers.methods.get(method);
  if (!run) throw new PythonError('AttributeError', `'str' object has no attribute '${method}'`);
  return run(text, args, NO_KEYWORDS);
}

/** Like `callText` for the methods that give a text. */
export function textOf(value: Value, method: string, ...args: Value[]): string {
  return callText(str(value), method, ...args) as string;
}

/** The value as a text that it must be; raises the error of Python's functions that take texts only. */
export function requireText(value: Value, message = `expected string or bytes-like object, got '${typeName(value)}'`): string {
  if (typeof value === 'string') return value;
  throw new PythonError('TypeError', message);
}

/** The value as an int that it must be; raises TypeError. */
export function requireInt(value: Value): number {
  const index = indexOf(value);
  if (index !== undefined) return index;
  throw new PythonError('TypeError', `'${typeName(value)}' object cannot be interpreted as an integer`);
}

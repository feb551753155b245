import { asPropertyName } from '../lib/objects.ts';
import type { Evaluate } from './runtime.ts';
import type { PlainDict, Value } from './values.ts';

/** Attributes of Python's dict: they win over the keys of the same name in `a.name`. */
export const DICT_ATTRIBUTES: ReadonlySet<string> = new Set([
  'clear',
  'copy',
  'fromkeys',
  'get',
  'items',
  'keys',
  'pop',
  'popitem',
  'setdefault',
  'update',
  'values',
]);

/** Attributes that the engine's records have besides. */
export const RECORD_ATTRIBUTES: ReadonlySet<string> = new Set(['data', 'stream_name', 'associated_slice', 'file_reference']);

/** A name that plain dicts can be asked for without seeing what objects inherit. */
export function isPlainKey(name: string): boolean {
  return !(name in Object.prototype);
}

/** Whether a value is a dict kept as a plain object; false for a few that are, those without a prototype or with a key `constructor`. */
export function isPlain(value: Value): value is PlainDict {
  // Quicker than asking for the prototype; no value of a dict is a function.
  return typeof value === 'object' && value !== null && value.constructor === Object;
}

type OtherField = (owner: Value, field: string) => Value;

/** Reads a field of a dict kept as a plain object; any other owner and a missing field are for `otherwise`. */
function readField(owner: Value, field: string, otherwise: OtherField): Value {
  const item = isPlain(owner) ? owner[field] : undefined;
  return item === undefined ? otherwise(owner, field) : item;
}

/** Reads a field of what `owner` gives, which is the variable of the context where one is named. */
export function fieldReader(variable: string | undefined, owner: Evaluate, name: string, otherwise: OtherField): Evaluate {
  const field = asPropertyName(name);
  // One call fewer for the variables that nearly all templates read.
  switch (variable) {
    case 'record':
      return (context) => readField(context['record'] as Value, field, otherwise);
    case 'stream_slice':
      return (context) => readField(context['stream_slice'] as Value, field, otherwise);
    case 'config':
      return (context) => readField(context['config'] as Value, field, otherwise);
    case 'response':
      return (context) => readField(context['response'] as Value, field, otherwise);
    default:
      return (context, slots) => readField(owner(context, slots), field, otherwise);
  }
}

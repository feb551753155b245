import type { Context, Evaluate } from './runtime.ts';
import { PythonError, type Value } from './values.ts';

/** The variables of which it is known which fields are read. */
export type FieldOwner = 'record' | 'response';

// Reading a property by a fixed name is several times faster than by a variable one.
const READERS: Readonly<Record<string, Evaluate>> = {
  config: (context) => context['config'] as Value,
  record: (context) => context['record'] as Value,
  response: (context) => context['response'] as Value,
  parameters: (context) => context['parameters'] as Value,
  headers: (context) => context['headers'] as Value,
  stream_slice: (context) => context['stream_slice'] as Value,
  next_page_token: (context) => context['next_page_token'] as Value,
  last_record: (context) => context['last_record'] as Value,
  last_page_size: (context) => context['last_page_size'] as Value,
};

// parity: airbyte_cdk/sources/declarative/interpolation/jinja.py:_ALIASES
const ALIASES: Readonly<Record<string, string>> = { stream_interval: 'stream_slice', stream_partition: 'stream_slice' };

/** The context variable that a name stands for. */
export function contextName(name: string): string {
  return Object.hasOwn(ALIASES, name) ? (ALIASES[name] as string) : name;
}

/** Reads a variable of the context; what it gives is undefined when the context has none of that name. */
export function contextReader(name: string): (context: Context) => Value | undefined {
  const key = contextName(name);
  if (Object.hasOwn(READERS, key)) return READERS[key] as (context: Context) => Value | undefined;
  if (key in Object.prototype) return (context) => (Object.hasOwn(context, key) ? context[key] : undefined);
  return (context) => context[key];
}

/** Whether the fields that are read of a variable are noted. */
export function isFieldOwner(name: string): name is FieldOwner {
  return name === 'record' || name === 'response';
}

/** The error of a template that reads variables the context does not have. */
// parity: airbyte_cdk/sources/declarative/interpolation/jinja.py:JinjaInterpolation._eval
export function missingVariables(names: readonly string[], context: Context): PythonError {
  const list = names.map((name) => `'${name}'`).join(', ');
  const known = Object.keys(context).join(', ');
  return new PythonError('ValueError', `Jinja macro has undeclared variables: {${list}}. The context has: ${known}`);
}

import type { Context, TypeName, Value } from '../lang/index.ts';
import type { Builder } from './builder.ts';

/** The types that a manifest can ask a value to have. */
export type ValueType = 'string' | 'number' | 'integer' | 'boolean';

const PYTHON_TYPES: Readonly<Record<ValueType, readonly TypeName[]>> = {
  string: ['str'],
  number: ['float'],
  integer: ['int'],
  boolean: ['bool'],
};

/** Evaluates a template whose result stays text unless it is of the type asked for; without a type it is what the text stands for. */
// parity: interpolation/interpolated_string.py:InterpolatedString.eval
export function compileTyped(b: Builder, text: string, type: ValueType | undefined): (context: Context) => Value {
  if (type === undefined) return b.string(text).evaluate;
  const template = b.template(text);
  const options = { default: text, validTypes: PYTHON_TYPES[type] };
  // Once the first result was the text of the template itself, it is taken for no template.
  let isPlain: boolean | undefined;
  return (context) => {
    if (isPlain === true) return text;
    const value = template.evaluate(context, options);
    isPlain ??= value === text;
    return value;
  };
}

import { indexOf } from '../sequence.ts';
import { type Keywords, PythonError, typeName, type Value } from '../values.ts';

/** A method of a Python type; raises TypeError for arguments it does not take. */
export type Method<T> = (self: T, args: readonly Value[], keywords: Keywords) => Value;

/** What a type offers by attribute: methods, which are bound when they are read, and properties. */
export interface Members<T> {
  readonly methods: ReadonlyMap<string, Method<T>>;
  readonly properties?: ReadonlyMap<string, (self: T) => Value>;
}

/** A method that takes between `least` and `most` arguments, none by name. */
export function positional<T>(least: number, most: number, run: (self: T, args: readonly Value[]) => Value): Method<T> {
  return (self, args, keywords) => {
    if (keywords.size > 0) throw new PythonError('TypeError', 'the method takes no keyword arguments');
    if (args.length < least || args.length > most) {
      throw new PythonError(
        'TypeError',
        `the method takes ${least === most ? least : `${least} to ${most}`} arguments (${args.length} given)`,
      );
    }
    return run(self, args);
  };
}

/** A method whose arguments may be given by name; those left out are undefined. */
export function named<T>(
  parameters: readonly string[],
  least: number,
  run: (self: T, args: readonly (Value | undefined)[]) => Value,
): Method<T> {
  return (self, args, keywords) => run(self, bind(parameters, least, args, keywords));
}

function bind(parameters: readonly string[], least: number, args: readonly Value[], keywords: Keywords): (Value | undefined)[] {
  if (args.length > parameters.length) {
    throw new PythonError('TypeError', `the method takes at most ${parameters.length} arguments (${args.length} given)`);
  }
  const bound: (Value | undefined)[] = parameters.map((_, index) => args[index]);
  for (const [name, value] of keywords) {
    const index = parameters.indexOf(name);
    if (index < 0) throw new PythonError('TypeError', `'${name}' is an invalid keyword argument`);
    if (bound[index] !== undefined) throw new PythonError('TypeError', `argument '${name}' is given twice`);
    bound[index] = value;
  }
  for (let index = 0; index < least; index++) {
    if (bound[index] === undefined) throw new PythonError('TypeError', `the method is missing the argument '${parameters[index]}'`);
  }
  return bound;
}

/** An argument that must be an int (or a boolean); raises TypeError. */
export function intArgument(value: Value): number {
  const index = indexOf(value);
  if (index === undefined) throw new PythonError('TypeError', `'${typeName(value)}' object cannot be interpreted as an integer`);
  return index;
}

/** A bound of a search, null being open; raises TypeError. */
export function boundArgument(value: Value | undefined, otherwise: number): number {
  if (value === undefined || value === null) return otherwise;
  const index = indexOf(value);
  if (index === undefined) {
    throw new PythonError('TypeError', 'slice indices must be integers or None or have an __index__ method');
  }
  return index;
}

/** An argument that must be a text; raises TypeError. */
export function textArgument(value: Value): string {
  if (typeof value === 'string') return value;
  throw new PythonError('TypeError', `must be str, not ${typeName(value)}`);
}

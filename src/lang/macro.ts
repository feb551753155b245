import { makeDict } from './dicts.ts';
import { Callable, type Keywords, PythonError, tupleFrom, Undefined, type Value } from './values.ts';

/** What a macro takes: its parameters, and whether its body asks for its caller, further keywords and further arguments. */
export interface MacroShape {
  /** Null for the body of a call block. */
  readonly name: string | null;
  readonly parameters: readonly string[];
  readonly takesCaller: boolean;
  readonly takesKeywords: boolean;
  readonly takesRest: boolean;
}

/** A macro as a value: a call assigns its arguments to the parameters and renders the body. */
// parity: jinja2/runtime.py:Macro
export class Macro extends Callable {
  override readonly typeName = 'Macro';
  readonly #shape: MacroShape;

  /** `render` receives a value for each parameter (undefined when none was given), then caller, keywords and rest as the shape has them. */
  constructor(shape: MacroShape, render: (values: readonly (Value | undefined)[]) => Value) {
    super(shape.name ?? 'anonymous', (args, keywords) => render(assign(shape, args, keywords)));
    this.#shape = shape;
  }

  override attribute(name: string): Value | undefined {
    switch (name) {
      case 'name':
        return this.#shape.name;
      case 'arguments':
        return tupleFrom(this.#shape.parameters);
      case 'caller':
        return this.#shape.takesCaller;
      case 'catch_kwargs':
        return this.#shape.takesKeywords;
      case 'catch_varargs':
        return this.#shape.takesRest;
      default:
        return undefined;
    }
  }

  override repr(): string {
    return this.#shape.name === null ? '<Macro anonymous>' : `<Macro '${this.#shape.name}'>`;
  }
}

function assign(shape: MacroShape, args: readonly Value[], keywords: Keywords): (Value | undefined)[] {
  const { parameters } = shape;
  const left = new Map(keywords);
  const take = (name: string): Value | undefined => {
    const value = left.get(name);
    left.delete(name);
    return value;
  };
  const given = args.slice(0, parameters.length);
  const values: (Value | undefined)[] = [...given, ...parameters.slice(given.length).map(take)];
  if (shape.takesCaller && !parameters.includes('caller')) {
    values.push(take('caller') ?? new Undefined('caller', undefined, 'No caller defined'));
  }
  if (shape.takesKeywords) values.push(makeDict([...left]));
  else for (const name of left.keys()) throw new PythonError('TypeError', `macro '${shape.name}' takes no keyword argument '${name}'`);
  if (shape.takesRest) values.push(tupleFrom(args.slice(parameters.length)));
  else if (args.length > parameters.length) {
    throw new PythonError('TypeError', `macro '${shape.name}' takes not more than ${parameters.length} argument(s)`);
  }
  return values;
}

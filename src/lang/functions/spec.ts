import type { NumberRule } from '../compile-formula.ts';
import { dictEntries } from '../dicts.ts';
import type { Runtime } from '../runtime.ts';
import { Callable, isDict, type Keywords, PythonError, tupleFrom, type Value } from '../values.ts';

/** A parameter: its name, and its default when it has one; `*name` takes further arguments, `**name` further keywords. */
export type Parameter = readonly [name: string, byDefault?: Value];

/** An example of the documentation, which the tests run: a template and the text it renders to. */
export type Example = readonly [template: string, printed: string];

/** A function of the language, as templates and its documentation see it. */
export interface FunctionSpec {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly parameters: readonly Parameter[];
  readonly doc: string;
  readonly examples: readonly Example[];
  /** Whether results differ from call to call, so that nothing may be computed ahead. */
  readonly impure?: boolean;
  /** Whether it is given the context, so that it is called in every evaluation, even on constants. */
  // parity: jinja2/nodes.py:_FilterTestCommon.as_const
  readonly contextual?: boolean;
  /** Whether it is given safe texts as they are; others get plain text. */
  readonly seesMarkup?: boolean;
  /** Whether its text result is safe when its first argument was. */
  readonly keepsMarkup?: boolean;
  /** What it makes of a number, a float or an integer, when it is given nothing else. */
  readonly onNumber?: (isFloat: boolean) => NumberRule;
  /** Receives a value for every parameter: a tuple for `*name`, a `Keywords` wrapped in `KeywordArguments` for `**name`. */
  readonly run: (runtime: Runtime, ...values: never[]) => Value;
}

/** Calls the function with a value for each of its parameters. */
export function callBound(spec: FunctionSpec, runtime: Runtime, values: readonly BoundValue[]): Value {
  return (spec.run as (runtime: Runtime, ...values: readonly BoundValue[]) => Value)(runtime, ...values);
}

/** What a parameter receives: further keywords come as a map of their own. */
export type BoundValue = Value | Keywords;

/** Where the value of a parameter comes from in a call whose arguments are known by number and name. */
export type Source =
  | { readonly kind: 'positional'; readonly index: number }
  | { readonly kind: 'keyword'; readonly name: string }
  | { readonly kind: 'default'; readonly value: Value }
  | { readonly kind: 'restPositional'; readonly from: number }
  | { readonly kind: 'restKeywords'; readonly names: readonly string[] };

/** Assigns arguments to parameters as Python does; raises TypeError when they do not fit. */
export function bind(spec: FunctionSpec, positional: number, keywords: readonly string[]): Source[] {
  const left = new Set(keywords);
  const sources: Source[] = [];
  let taken = 0;
  let takesRest = false;
  for (const [name, byDefault] of spec.parameters) {
    if (name.startsWith('**')) {
      sources.push({ kind: 'restKeywords', names: [...left] });
      left.clear();
    } else if (name.startsWith('*')) {
      takesRest = true;
      sources.push({ kind: 'restPositional', from: taken });
    } else if (!takesRest && taken < positional) {
      if (left.has(name)) fail(`${spec.name}() got multiple values for argument '${name}'`);
      sources.push({ kind: 'positional', index: taken++ });
    } else if (left.delete(name)) sources.push({ kind: 'keyword', name });
    else if (byDefault !== undefined) sources.push({ kind: 'default', value: byDefault });
    else fail(`${spec.name}() missing 1 required positional argument: '${name}'`);
  }
  const [unexpected] = left;
  if (unexpected !== undefined) fail(`${spec.name}() got an unexpected keyword argument '${unexpected}'`);
  if (!takesRest && taken < positional) {
    fail(`${spec.name}() takes ${spec.parameters.length} positional arguments but ${positional} were given`);
  }
  return sources;
}

function fail(message: string): never {
  throw new PythonError('TypeError', message);
}

/** Calls the function with arguments whose number is known only now; raises TypeError when they do not fit. */
export function callSpec(spec: FunctionSpec, runtime: Runtime, args: readonly Value[], keywords: Keywords): Value {
  const sources = bind(spec, args.length, [...keywords.keys()]);
  return callBound(
    spec,
    runtime,
    sources.map((source) => argumentOf(source, args, keywords)),
  );
}

function argumentOf(source: Source, args: readonly Value[], keywords: Keywords): BoundValue {
  switch (source.kind) {
    case 'positional':
      return args[source.index] as Value;
    case 'keyword':
      return keywords.get(source.name) as Value;
    case 'default':
      return source.value;
    case 'restPositional':
      return tupleFrom(args.slice(source.from));
    case 'restKeywords':
      return new Map(source.names.map((name) => [name, keywords.get(name) as Value]));
  }
}

/** The function as a value that templates can call. */
export function callableOf(spec: FunctionSpec, runtime: Runtime): Callable {
  return new Callable(spec.name, (args, keywords) => callSpec(spec, runtime, args, keywords));
}

/** The keywords of `**value`; raises TypeError when it is no mapping of names. */
export function keywordsOf(value: Value): [string, Value][] {
  if (!isDict(value)) fail('argument after ** must be a mapping');
  return Array.from(dictEntries(value), ([name, item]) => {
    if (typeof name !== 'string') fail('keywords must be strings');
    return [name, item];
  });
}

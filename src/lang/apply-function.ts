import { type BoundValue, callBound, type FunctionSpec, keywordsOf, type Source } from './functions/spec.ts';
import { plainText } from './markup.ts';
import { bounded, type Context, type Evaluate, type Runtime, type Slots } from './runtime.ts';
import { Callable, isList, type Keywords, PythonError, tupleFrom, typeName, Undefined, type Value } from './values.ts';

/** A value for each parameter of a function, which may also be further keywords. */
export type EvaluateBound = (context: Context, slots: Slots) => BoundValue;

/** Calls a value as a template does; raises TypeError when it cannot be called. */
export function callValue(target: Value, values: Value[], keywords: Keywords): Value {
  if (target instanceof Callable) return bounded(target.call(values, keywords));
  if (target instanceof Undefined) return target.fail();
  throw new PythonError('TypeError', `'${typeName(target)}' object is not callable`);
}

/** A list of texts to be joined, which may be safe ones. */
export function withPlainItems(value: Value): Value {
  return isList(value) ? value.map(plainText) : value;
}

/** Adds the keywords that a dict gives; raises TypeError for one that is there already. */
export function addKeywords(named: Map<string, Value>, further: Value): void {
  for (const [name, value] of keywordsOf(further)) {
    if (named.has(name)) throw new PythonError('TypeError', `got multiple values for keyword argument '${name}'`);
    named.set(name, value);
  }
}

/** What a parameter gets, by where it comes from. */
export function sourceValue(
  source: Source,
  positional: readonly Evaluate[],
  keywords: ReadonlyMap<string, Evaluate>,
  spec: FunctionSpec,
): EvaluateBound {
  switch (source.kind) {
    case 'positional':
      return seen(positional[source.index] as Evaluate, spec);
    case 'keyword':
      return seen(keywords.get(source.name) as Evaluate, spec);
    case 'default': {
      const { value } = source;
      return () => value;
    }
    case 'restPositional': {
      const rest = positional.slice(source.from);
      return (context, slots) => tupleFrom(rest.map((value) => value(context, slots)));
    }
    case 'restKeywords': {
      const rest = source.names.map((name) => [name, keywords.get(name) as Evaluate] as const);
      return (context, slots) => new Map(rest.map(([name, value]) => [name, value(context, slots)]));
    }
  }
}

function seen(evaluate: Evaluate, spec: FunctionSpec): Evaluate {
  return spec.seesMarkup ? evaluate : (context, slots) => plainText(evaluate(context, slots));
}

type Run = (runtime: Runtime, ...values: BoundValue[]) => Value;

/** Applies a function to a value for each parameter, without an array where there are few. */
export function applied(spec: FunctionSpec, runtime: Runtime, values: readonly EvaluateBound[]): Evaluate {
  const run = spec.run as Run;
  const [first, second, third] = values as [EvaluateBound, EvaluateBound, EvaluateBound];
  switch (values.length) {
    case 1:
      return (context, slots) => run(runtime, first(context, slots));
    case 2:
      return (context, slots) => run(runtime, first(context, slots), second(context, slots));
    case 3:
      return (context, slots) => run(runtime, first(context, slots), second(context, slots), third(context, slots));
    default:
      return (context, slots) =>
        callBound(
          spec,
          runtime,
          values.map((value) => value(context, slots)),
        );
  }
}

import { Markup, plainText } from '../markup.ts';
import type { Runtime } from '../runtime.ts';
import { type Keywords, PythonError, Undefined, type Value } from '../values.ts';
import { encodingFilters } from './encodings.ts';
import { globals } from './globals.ts';
import { macros } from './macros.ts';
import { numberFilters } from './numbers.ts';
import { sequenceFilters } from './sequences.ts';
import { callableOf, callSpec, type FunctionSpec } from './spec.ts';
import { tests } from './tests.ts';
import { textFilters } from './texts.ts';

/** The functions that templates can use. */
export interface FunctionTable {
  filter(name: string): FunctionSpec | undefined;
  test(name: string): FunctionSpec | undefined;
  /** A function that is called by its name; its value, and whether its results differ from call to call. */
  global(name: string): { readonly value: Value; readonly impure: boolean } | undefined;
  /** All of them in the order of the documentation, with aliases within the one they stand for. */
  readonly all: {
    readonly filters: readonly FunctionSpec[];
    readonly tests: readonly FunctionSpec[];
    readonly functions: readonly FunctionSpec[];
  };
}

/** The functions of one run. */
export function createFunctions(runtime: Runtime): FunctionTable {
  const call = (kind: 'filter' | 'test', table: ReadonlyMap<string, FunctionSpec>) => {
    return (name: Value, input: Value, args: readonly Value[], keywords: Keywords): Value => {
      const spec = typeof name === 'string' ? table.get(name) : undefined;
      if (spec === undefined) throw unknown(kind, name);
      return callSpec(spec, runtime, [input, ...args], keywords);
    };
  };
  const filterTable = new Map<string, FunctionSpec>();
  const testTable = new Map<string, FunctionSpec>();
  const allFilters = [
    ...textFilters,
    ...numberFilters,
    ...sequenceFilters({ filter: call('filter', filterTable), test: call('test', testTable) }),
    ...encodingFilters,
  ];
  const allTests = tests({ hasFilter: (name) => filterTable.has(name), hasTest: (name) => testTable.has(name) });
  const functions = [...macros, ...globals];
  register(filterTable, allFilters);
  register(testTable, allTests);
  const globalTable = new Map(functions.map((spec) => [spec.name, { value: callableOf(spec, runtime), impure: spec.impure ?? false }]));
  return {
    filter: (name) => filterTable.get(name),
    test: (name) => testTable.get(name),
    global: (name) => globalTable.get(name),
    all: { filters: allFilters, tests: allTests, functions },
  };
}

function register(table: Map<string, FunctionSpec>, specs: readonly FunctionSpec[]): void {
  for (const spec of specs) for (const name of [spec.name, ...(spec.aliases ?? [])]) table.set(name, adapted(spec));
}

/** A function that knows nothing of safe texts is given plain ones; where it changes a safe text, the result is safe again. */
function adapted(spec: FunctionSpec): FunctionSpec {
  if (!spec.keepsMarkup) return spec;
  const run = spec.run as (runtime: Runtime, ...values: Value[]) => Value;
  return {
    ...spec,
    seesMarkup: true,
    run: (runtime: Runtime, ...values: Value[]) => {
      const result = run(runtime, ...values.map(plainText));
      return values[0] instanceof Markup && typeof result === 'string' ? new Markup(result) : result;
    },
  };
}

function unknown(kind: string, name: Value): PythonError {
  if (name instanceof Undefined) return new PythonError('TemplateRuntimeError', `No ${kind} named undefined: ${name.message}`);
  return new PythonError('TemplateRuntimeError', `No ${kind} named '${String(name)}'.`);
}

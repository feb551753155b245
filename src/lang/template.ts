import { compile, type Program } from './compile.ts';
import type { EvaluateBoolean } from './compile-comparison.ts';
import type { Formula } from './compile-formula.ts';
import { contextName, contextReader, type FieldOwner, missingVariables } from './context-variables.ts';
import { TemplateError, TemplateSyntaxError } from './errors.ts';
import { createFunctions, type FunctionTable } from './functions/index.ts';
import { normalizeSource } from './lexer.ts';
import { beginsNoLiteral, isFalse, type TypeName, typeText, typeValue } from './result.ts';
import { type Context, type Environment, NO_SLOTS, Runtime } from './runtime.ts';
import { PythonError, Undefined, type Value } from './values.ts';

/** How a template is evaluated besides its context. */
export interface EvaluateOptions {
  /** The template that an empty or undefined result is replaced by; null without one. */
  readonly default?: Value;
  /** Types a result is typed back to; the text is the result when it is none of them. */
  readonly validTypes?: readonly TypeName[];
}

/** A template, compiled once; every evaluation renders it to text and types the text back as a Python literal. */
export interface Template {
  readonly text: string;
  /** Whether the result is the same whatever the context and the time. */
  readonly constant: boolean;
  /** The names of the context it reads. */
  readonly variables: ReadonlySet<string>;
  /** The top-level fields of `record` it reads, `all` when it uses the record as a whole. */
  readonly recordFields: ReadonlySet<string> | 'all';
  /** The top-level fields of `response` it reads, `all` when it uses the response as a whole. */
  readonly responseFields: ReadonlySet<string> | 'all';
  /** How it computes a number of another one, when that is all that it does and no type is asked for. */
  readonly formula: Formula | undefined;
  /** The mistake in its text, which every evaluation raises. */
  readonly error: TemplateError | undefined;
  /** Its value, null (or the default) when the text is empty; raises TemplateError. */
  evaluate(context: Context, options?: EvaluateOptions): Value;
  /** Its value with itself as the default, as string fields of components are evaluated; raises TemplateError. */
  evaluateString(context: Context): Value;
  /** The text before it is typed back; raises TemplateError. */
  render(context: Context): string;
  /** The value of an expression that is all of it, null when that is undefined, else the text; never typed back. Raises TemplateError. */
  exact(context: Context): Value;
  /** The error that evaluation swallows: a TypeError makes the template its own result, an UndefinedError an empty one. */
  swallowedError(context: Context): TemplateError | undefined;
}

/** Where a template stands and what it should read. */
export interface TemplatePlace {
  /** Its path in the manifest, for errors and warnings. */
  readonly path?: string;
  /** The names it is meant to read; another one is warned of. */
  readonly allowed?: readonly string[];
}

/** The templates of one run, compiled once for each text. */
export interface Templates {
  /** Compiles a template; a mistake in it is kept for `error` and raised by its evaluation. */
  compile(text: string, place?: TemplatePlace): Template;
  /** Compiles a condition; a boolean is its own answer. */
  condition(condition: string | boolean, place?: TemplatePlace): (context: Context) => boolean;
}

/** Creates the templates of one run. */
export function createTemplates(environment: Environment): Templates {
  const runtime = new Runtime(environment);
  const functions = createFunctions(runtime);
  const sources = new Map<string, Source>();
  const source = (text: string): Source => {
    let found = sources.get(text);
    if (!found) {
      found = new Source(text, runtime, functions, source);
      sources.set(text, found);
    }
    return found;
  };
  const warned = new Set<string>();
  const warn = (compiled: Source, place: TemplatePlace): void => {
    for (const name of unexpectedVariables(compiled, place.allowed)) {
      const where = place.path === undefined ? '' : ` (at ${place.path})`;
      const message = `The template ${JSON.stringify(compiled.text)} reads '${name}', which is not available there${where}`;
      if (!warned.has(message)) environment.warn?.(message);
      warned.add(message);
    }
  };
  return {
    compile(text, place = {}) {
      const compiled = source(text);
      warn(compiled, place);
      return new PlacedTemplate(compiled, place.path);
    },
    condition(condition, place = {}) {
      if (typeof condition === 'boolean') return () => condition;
      const compiled = source(condition);
      warn(compiled, place);
      return (context) => compiled.holds(context, place.path);
    },
  };
}

function unexpectedVariables(source: Source, allowed: readonly string[] | undefined): string[] {
  if (allowed === undefined) return [];
  const names = new Set(allowed.map(contextName));
  return [...source.variables].filter((name) => !names.has(contextName(name)));
}

/** A template at one place of the manifest, which remembers whether it is plain text. */
class PlacedTemplate implements Template {
  readonly text: string;
  readonly #source: Source;
  readonly #path: string | undefined;
  #isPlain: boolean | undefined;

  constructor(source: Source, path: string | undefined) {
    this.text = source.text;
    this.#source = source;
    this.#path = path;
  }

  get constant(): boolean {
    return this.#source.constant;
  }

  get variables(): ReadonlySet<string> {
    return this.#source.variables;
  }

  get recordFields(): ReadonlySet<string> | 'all' {
    return this.#source.fields.record;
  }

  get responseFields(): ReadonlySet<string> | 'all' {
    return this.#source.fields.response;
  }

  get formula(): Formula | undefined {
    const { formula } = this.#source;
    if (formula === undefined) return undefined;
    const { compute } = formula;
    return { ...formula, compute: (number) => (this.#isPlain === false ? compute(number) : this.#computeFirst(compute, number)) };
  }

  /** A number that is computed is not the text itself, so that the template is known to be none. */
  #computeFirst(compute: Formula['compute'], number: number): number {
    if (this.#isPlain) return Number.NaN;
    const value = compute(number);
    if (!Number.isNaN(value)) this.#isPlain = false;
    return value;
  }

  get error(): TemplateError | undefined {
    const { problem } = this.#source;
    return problem && this.#source.located(problem, undefined, this.#path);
  }

  evaluate(context: Context, options?: EvaluateOptions): Value {
    return this.#source.evaluate(context, options?.default ?? null, options?.validTypes, this.#path);
  }

  // parity: airbyte_cdk/sources/declarative/interpolation/interpolated_string.py:InterpolatedString.eval
  evaluateString(context: Context): Value {
    if (this.#isPlain) return this.text;
    const value = this.#source.evaluate(context, this.text, undefined, this.#path);
    this.#isPlain ??= value === this.text;
    return value;
  }

  render(context: Context): string {
    return this.#source.render(context, this.#path);
  }

  exact(context: Context): Value {
    return this.#source.exact(context, this.#path);
  }

  swallowedError(context: Context): TemplateError | undefined {
    return this.#source.swallowedError(context, this.#path);
  }
}

const TAG = /\{[{%#]/;
const BANNED = 'stream_state';
const BANNED_MESSAGE =
  '`stream_state` is no longer supported for interpolation. We recommend using `stream_interval` instead. Please reference the CDK Migration Guide for more information.';

/** The text of a template with what was compiled of it, shared by all places that have the same text. */
class Source {
  readonly text: string;
  /** The mistake in the text. */
  readonly problem: PythonError | undefined;
  readonly variables: ReadonlySet<string> = new Set();
  readonly fields: Readonly<Record<FieldOwner, ReadonlySet<string> | 'all'>> = { record: new Set<string>(), response: new Set<string>() };
  readonly constant: boolean = false;
  readonly #isBanned: boolean;
  readonly #runtime: Runtime;
  readonly #functions: FunctionTable;
  readonly #program: Program | undefined;
  readonly #isComplete: (context: Context) => boolean = always;
  readonly #readsRecordOnly: boolean = false;
  readonly #sourceOf: (text: string) => Source;
  /** Whether the rendered text is always the result, because it begins as no literal does. */
  readonly #isText: boolean = false;
  #constantText: string | undefined;
  #condition: EvaluateBoolean | undefined;

  constructor(text: string, runtime: Runtime, functions: FunctionTable, sourceOf: (text: string) => Source) {
    this.text = text;
    this.#runtime = runtime;
    this.#functions = functions;
    this.#sourceOf = sourceOf;
    this.#isBanned = text.includes(BANNED);
    if (!TAG.test(text)) {
      this.constant = true;
      this.#constantText = normalizeSource(text);
      return;
    }
    try {
      const program = compile(normalizeSource(text), runtime, functions);
      this.#program = program;
      this.variables = program.variables;
      this.fields = program.fields;
      this.constant = program.variables.size === 0 && !program.impure;
      this.#isText = beginsNoLiteral(program.prefix);
      this.#isComplete = completeness([...program.variables]);
      this.#readsRecordOnly = program.variables.size === 1 && program.variables.has('record');
    } catch (error) {
      this.problem = asPythonError(error);
      this.fields = { record: 'all', response: 'all' };
    }
  }

  get formula(): Formula | undefined {
    return this.#isBanned || !this.#readsRecordOnly ? undefined : this.#program?.compileFormula?.();
  }

  /** The value of the template; `byDefault` is the template or value that replaces an empty or undefined result. */
  // parity: airbyte_cdk/sources/declarative/interpolation/jinja.py:JinjaInterpolation.eval
  evaluate(context: Context, byDefault: Value, validTypes: readonly TypeName[] | undefined, path: string | undefined): Value {
    try {
      const result = this.#result(context, validTypes);
      if (result !== undefined) return result;
    } catch (thrown) {
      const error = asPythonError(thrown);
      if (error.type !== 'UndefinedError') throw this.located(error, context, path);
    }
    if (typeof byDefault !== 'string') return byDefault;
    return typeText(this.#sourceOf(byDefault).render(context, path), validTypes);
  }

  /** Whether the condition holds. */
  // parity: airbyte_cdk/sources/declarative/interpolation/interpolated_boolean.py:InterpolatedBoolean.eval
  holds(context: Context, path: string | undefined): boolean {
    this.#condition ??= this.#isBanned ? undefined : this.#program?.compileCondition?.();
    if (this.#condition === undefined) return !isFalse(this.evaluate(context, 'False', undefined, path));
    try {
      this.#require(context);
      return this.#condition(context, NO_SLOTS);
    } catch (thrown) {
      const error = asPythonError(thrown);
      if (error.type === 'UndefinedError') return false;
      if (error.type === 'TypeError') return !isFalse(typeText(this.text, undefined));
      throw this.located(error, context, path);
    }
  }

  /** The rendered text; the template itself where rendering ends with a TypeError. */
  // parity: airbyte_cdk/sources/declarative/interpolation/jinja.py:JinjaInterpolation._eval
  render(context: Context, path: string | undefined): string {
    try {
      return this.#text(context);
    } catch (thrown) {
      throw this.located(asPythonError(thrown), context, path);
    }
  }

  /** The value of the only expression, else the text; unlike elsewhere a TypeError is an error. */
  exact(context: Context, path: string | undefined): Value {
    if (this.#program === undefined && this.problem === undefined) return this.text;
    try {
      const program = this.#begin(context);
      if (program.single === undefined) return program.render(context);
      const value = program.single(context, NO_SLOTS);
      return value instanceof Undefined ? null : value;
    } catch (thrown) {
      throw this.located(asPythonError(thrown), context, path);
    }
  }

  /** The TypeError or UndefinedError that rendering ends with, if it does. */
  swallowedError(context: Context, path: string | undefined): TemplateError | undefined {
    if (this.#isBanned || this.problem || this.#missing(context).length > 0) return undefined;
    try {
      this.#program?.render(context);
      return undefined;
    } catch (thrown) {
      const error = asPythonError(thrown);
      return error.type === 'TypeError' || error.type === 'UndefinedError' ? this.located(error, context, path) : undefined;
    }
  }

  /** The typed result, undefined when the text is empty. */
  #result(context: Context, validTypes: readonly TypeName[] | undefined): Value | undefined {
    if (this.#isBanned) throw new PythonError('AirbyteTracedException', BANNED_MESSAGE);
    const single = this.#program?.single;
    if (single === undefined || validTypes !== undefined) {
      const text = this.#text(context);
      if (this.#isText) return text;
      return text === '' ? undefined : typeText(text, validTypes);
    }
    this.#require(context);
    try {
      return typeValue(single(context, NO_SLOTS));
    } catch (error) {
      if (isTypeError(error)) return typeText(this.text, undefined);
      throw error;
    }
  }

  #text(context: Context): string {
    if (this.#constantText !== undefined) return this.#constantText;
    const program = this.#begin(context);
    try {
      const text = program.render(context);
      if (this.constant) this.#constantText = text;
      return text;
    } catch (error) {
      if (isTypeError(error)) return this.text;
      throw error;
    }
  }

  /** Checks that the template can run with the context, and gives it the bounds of a new evaluation. */
  #begin(context: Context): Program {
    const program = this.#program;
    if (program === undefined) throw this.problem;
    this.#require(context);
    this.#runtime.reset();
    return program;
  }

  /** Checks that the context has what the template reads, and nothing that it must not have. */
  #require(context: Context): void {
    if (context['stream_interval'] !== undefined || context['stream_partition'] !== undefined) throw reservedVariable(context);
    // Nearly all templates on records read nothing else.
    const isComplete = this.#readsRecordOnly ? context['record'] !== undefined : this.#isComplete(context);
    if (!isComplete) throw missingVariables(this.#missing(context), context);
  }

  #missing(context: Context): string[] {
    return [...this.variables].filter((name) => contextReader(name)(context) === undefined);
  }

  /** The error with its place in the template, which is found by evaluating once more. */
  located(error: PythonError, context: Context | undefined, path: string | undefined): TemplateError {
    if (error instanceof TemplateError) return error;
    const at = error instanceof TemplateSyntaxError ? error.at : context && this.#trace(context);
    return new TemplateError(error, normalizeSource(this.text), at, path);
  }

  #trace(context: Context): number | undefined {
    let found: number | undefined;
    if (this.#program === undefined || this.#missing(context).length > 0) return undefined;
    const program = compile(normalizeSource(this.text), this.#runtime, this.#functions, (at) => {
      found ??= at;
    });
    this.#runtime.reset();
    try {
      program.render(context);
      return undefined;
    } catch {
      return found;
    }
  }
}

function always(): boolean {
  return true;
}

/** Whether a context has all of the variables. */
function completeness(names: readonly string[]): (context: Context) => boolean {
  const [first, second, ...others] = names.map(contextReader);
  if (first === undefined) return always;
  if (second === undefined) return (context) => first(context) !== undefined;
  if (others.length === 0) return (context) => first(context) !== undefined && second(context) !== undefined;
  return (context) => first(context) !== undefined && second(context) !== undefined && others.every((read) => read(context) !== undefined);
}

// parity: airbyte_cdk/sources/declarative/interpolation/jinja.py:JinjaInterpolation.eval
function reservedVariable(context: Context): PythonError {
  const name = context['stream_interval'] === undefined ? 'stream_partition' : 'stream_interval';
  return new PythonError(
    'ValueError',
    `Found reserved keyword ${name} in interpolation context. This is unexpected and indicative of a bug.`,
  );
}

function isTypeError(error: unknown): boolean {
  return error instanceof PythonError && error.type === 'TypeError';
}

function asPythonError(error: unknown): PythonError {
  if (error instanceof PythonError) return error;
  if (error instanceof RangeError) {
    const isDepth = error.message.includes('call stack');
    return new PythonError(isDepth ? 'RecursionError' : 'MemoryError', isDepth ? 'maximum recursion depth exceeded' : error.message);
  }
  throw error;
}

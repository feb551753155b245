import { asPropertyName } from '../lib/objects.ts';
import {
  type Arguments,
  type BinaryOperator,
  type Call,
  type Comparison,
  type Expression,
  type Filter,
  type Slice,
  subexpressions,
} from './ast.ts';
import { compileComparison, compileComparisonWith, HOLDS } from './compile-comparison.ts';
import { dictGet, makeDict, plainGet } from './dicts.ts';
import type { Position } from './errors.ts';
import { TemplateSyntaxError } from './errors.ts';
import type { FunctionTable } from './functions/index.ts';
import { type BoundValue, bind, callBound, callSpec, type FunctionSpec, keywordsOf, type Source } from './functions/spec.ts';
import { attributeOf, itemOf } from './group.ts';
import { addMarkup, escapeValue, formatMarkup, Markup, plainText } from './markup.ts';
import {
  add,
  divide,
  floorDivide,
  getAttribute,
  getItem,
  iterate,
  modulo,
  multiply,
  negate,
  positive,
  power,
  slice,
  subtract,
  truth,
} from './operators.ts';
import { str } from './repr.ts';
import { bounded, type Context, checkRepetition, type Evaluate, NO_SLOTS, type Runtime, type Slots } from './runtime.ts';
import type { FunctionScope, Scope, Variable } from './scope.ts';
import {
  Callable,
  Float,
  isInt,
  isList,
  type Keywords,
  NO_KEYWORDS,
  type PlainDict,
  PythonError,
  tupleFrom,
  typeName,
  Undefined,
  type Value,
} from './values.ts';

/** Where an expression stands: what names mean there, and how the tags around it change its evaluation. */
export interface Place {
  readonly scope: Scope;
  /** The activation whose slots the expression is run with. */
  readonly activation: FunctionScope;
  /** Inside an `if`, where unknown filters and tests count only when they are reached. */
  readonly soft: boolean;
  /** Inside `{% autoescape %}`: how printed values are escaped, `volatile` when that is decided while running. */
  readonly escaping: boolean | 'volatile';
  /** The text of the filter or set block whose filter this is. */
  readonly block?: Evaluate;
}

/** The variables of which it is known which fields are read. */
export type FieldOwner = 'record' | 'response';

/** What a template turns out to read and do, collected while it is compiled. */
export interface Findings {
  /** Names that must be in the context. */
  readonly variables: Set<string>;
  /** The top-level fields that are read of `record` and `response`, or `all` once one is used as a whole. */
  readonly fields: Record<FieldOwner, Set<string> | 'all'>;
  /** Whether the result may differ between evaluations with the same context. */
  impure: boolean;
}

/** Called with the place of an expression that raised, innermost first. */
export type Trace = (at: Position) => void;

const EMPTY_CONTEXT: Context = Object.freeze({});

/** Attributes of Python's dict: they win over the keys of the same name in `a.name`. */
const DICT_ATTRIBUTES: ReadonlySet<string> = new Set([
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
const RECORD_ATTRIBUTES: ReadonlySet<string> = new Set(['data', 'stream_name', 'associated_slice', 'file_reference']);

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

/** A name that plain dicts can be asked for without seeing what objects inherit. */
function isPlainKey(name: string): boolean {
  return !(name in Object.prototype);
}

const MAX_POWER_BITS = 1_000_000;

/** Compiles expressions of one template to closures. */
// parity: jinja2/compiler.py:CodeGenerator
export class ExpressionCompiler {
  readonly runtime: Runtime;
  readonly functions: FunctionTable;
  readonly findings: Findings;
  readonly #trace: Trace | undefined;
  /** While a constant is computed, its parts are the constants that they are. */
  #isFolding = false;
  readonly #folded = new Map<Expression, { readonly value: Value } | undefined>();

  constructor(runtime: Runtime, functions: FunctionTable, findings: Findings, trace?: Trace) {
    this.runtime = runtime;
    this.functions = functions;
    this.findings = findings;
    this.#trace = trace;
  }

  /** Compiles an expression to a closure. */
  compile(node: Expression, place: Place): Evaluate {
    const constant = this.fold(node, place);
    if (constant === undefined) return this.#located(node, place);
    const { value } = constant;
    if (this.#isFolding) return () => value;
    if (typeof value === 'number' && !Number.isFinite(value)) return nonFinite(value);
    if (typeof value !== 'object' || value === null || value instanceof Float || value instanceof Markup) return () => value;
    return this.#located(node, { ...place, soft: true });
  }

  /** The value of an expression that is the same in every evaluation, undefined when it is not or when it raises. */
  // parity: jinja2/nodes.py:Expr.as_const
  fold(node: Expression, place: Place): { readonly value: Value } | undefined {
    if (node.kind === 'constant') return node;
    if (!this.#folded.has(node)) this.#folded.set(node, this.#fold(node, place));
    return this.#folded.get(node);
  }

  #fold(node: Exclude<Expression, { kind: 'constant' }>, place: Place): { readonly value: Value } | undefined {
    switch (node.kind) {
      case 'name':
      case 'call':
      case 'slice':
        return undefined;
      case 'and':
      case 'or': {
        const left = this.fold(node.left, place);
        if (left === undefined) return undefined;
        return truth(left.value) === (node.kind === 'and') ? this.fold(node.right, place) : left;
      }
      case 'condition': {
        const test = this.fold(node.test, place);
        if (test === undefined) return undefined;
        if (truth(test.value)) return this.fold(node.then, place);
        return node.otherwise && this.fold(node.otherwise, place);
      }
      case 'filter': {
        const filter = this.functions.filter(node.name);
        if (node.input === undefined || filter === undefined || filter.impure || filter.contextual) return undefined;
        if (place.escaping === 'volatile') return undefined;
        break;
      }
      case 'test':
        if (!this.functions.test(node.name) || place.escaping === 'volatile') return undefined;
        break;
      case 'item':
        if (node.key.kind === 'slice') return this.#foldSlice(node.owner, node.key, place);
        break;
      default:
        break;
    }
    if (!subexpressions(node).every((part) => this.fold(part, place))) return undefined;
    const { runtime } = this;
    const [isFolding, autoescape] = [this.#isFolding, runtime.autoescape];
    this.#isFolding = true;
    runtime.autoescape = place.escaping === true;
    const folded = attempt(() => this.#node(node, place)(EMPTY_CONTEXT, NO_SLOTS));
    this.#isFolding = isFolding;
    runtime.autoescape = autoescape;
    return folded;
  }

  /** A slice of constants is taken by subscription, which gives undefined where slicing raises. */
  #foldSlice(owner: Expression, key: Slice, place: Place): { readonly value: Value } | undefined {
    const from = this.fold(owner, place);
    if (!from || !subexpressions(key).every((part) => this.fold(part, place))) return undefined;
    const [start, stop, step] = [key.start, key.stop, key.step].map((part) => (part ? this.fold(part, place)?.value : null));
    return attempt(() => {
      try {
        return sliceOf(from.value, start as Value, stop as Value, step as Value);
      } catch (error) {
        if (error instanceof PythonError && error.type === 'TypeError') return new Undefined(null, from.value);
        throw error;
      }
    });
  }

  #located(node: Expression, place: Place): Evaluate {
    const evaluate = this.#node(node, place);
    const trace = this.#trace;
    if (!trace) return evaluate;
    return (context, slots) => {
      try {
        return evaluate(context, slots);
      } catch (error) {
        trace(node.at);
        throw error;
      }
    };
  }

  #node(node: Expression, place: Place): Evaluate {
    switch (node.kind) {
      case 'constant': {
        const { value } = node;
        return () => value;
      }
      case 'name':
        return this.variable(node.name, place);
      case 'tuple': {
        const items = this.#all(node.items, place);
        return (context, slots) => tupleFrom(items.map((item) => item(context, slots)));
      }
      case 'list': {
        const items = this.#all(node.items, place);
        return (context, slots) => items.map((item) => item(context, slots));
      }
      case 'dict':
        return this.#dict(node.pairs, place);
      case 'binary':
        return this.#binary(node.operator, this.compile(node.left, place), this.compile(node.right, place));
      case 'and': {
        const [left, right] = [this.compile(node.left, place), this.compile(node.right, place)];
        return (context, slots) => {
          const value = left(context, slots);
          return truth(value) ? right(context, slots) : value;
        };
      }
      case 'or': {
        const [left, right] = [this.compile(node.left, place), this.compile(node.right, place)];
        return (context, slots) => {
          const value = left(context, slots);
          return truth(value) ? value : right(context, slots);
        };
      }
      case 'not': {
        const operand = this.compile(node.operand, place);
        return (context, slots) => !truth(operand(context, slots));
      }
      case 'negate': {
        const operand = this.compile(node.operand, place);
        return (context, slots) => negate(operand(context, slots));
      }
      case 'positive': {
        const operand = this.compile(node.operand, place);
        return (context, slots) => positive(operand(context, slots));
      }
      case 'concat':
        return this.#concat(this.#all(node.parts, place), place);
      case 'compare':
        return this.#compare(node.first, node.rest, place);
      case 'condition':
        return this.#condition(node, place);
      case 'attribute':
        return this.#attribute(node.owner, node.name, place);
      case 'item':
        return this.#item(node.owner, node.key, place);
      case 'slice':
        throw new TemplateSyntaxError('a slice stands among other subscripts', node.at, 'SyntaxError');
      case 'call':
        return this.call(node, place);
      case 'filter':
        return this.filter(node, place);
      case 'test':
        return this.#test(node, place);
    }
  }

  #all(nodes: readonly Expression[], place: Place): Evaluate[] {
    return nodes.map((node) => this.compile(node, place));
  }

  // Names

  /** Reads a variable: one of the template's own, one of the context, or a function that is always there. */
  variable(name: string, place: Place): Evaluate {
    const variable = place.scope.variable(name);
    if (place.scope.readsContext(name)) return this.contextVariable(name);
    return readSlot(variable, place);
  }

  /** Reads a variable of the context, or the function of that name. */
  contextVariable(name: string): Evaluate {
    const read = contextReader(name);
    const byDefault = this.functions.global(name);
    if (byDefault === undefined) {
      this.findings.variables.add(name);
      if (isFieldOwner(name)) this.findings.fields[name] = 'all';
      // That the context has it is looked at before an evaluation begins.
      return read as Evaluate;
    }
    if (byDefault.impure) this.findings.impure = true;
    const { value } = byDefault;
    return (context) => {
      const given = read(context);
      return given === undefined ? value : given;
    };
  }

  /** The variable of the context that an expression is, if it is one and no function has its name. */
  #contextName(node: Expression, place: Place): string | undefined {
    if (node.kind !== 'name' || !place.scope.readsContext(node.name) || this.functions.global(node.name)) return undefined;
    return contextName(node.name);
  }

  /** Compiles what is read from; noting the field where fields are noted. */
  #owner(node: Expression, field: Value | undefined, place: Place): Evaluate {
    const name = typeof field === 'string' ? this.#contextName(node, place) : undefined;
    if (name === undefined || !isFieldOwner(name)) return this.compile(node, place);
    const { fields } = this.findings;
    const known = fields[name];
    const owner = this.compile(node, place);
    if (known !== 'all') fields[name] = known.add(field as string);
    return owner;
  }

  // Operators

  #dict(pairs: readonly (readonly [Expression, Expression])[], place: Place): Evaluate {
    const compiled = pairs.map(([key, value]) => [this.compile(key, place), this.compile(value, place)] as const);
    return (context, slots) => makeDict(compiled.map(([key, value]) => [plainText(key(context, slots)), value(context, slots)]));
  }

  #binary(operator: BinaryOperator, left: Evaluate, right: Evaluate): Evaluate {
    switch (operator) {
      case '+':
        return (context, slots) => {
          const a = left(context, slots);
          const b = right(context, slots);
          if (typeof a === 'number' && typeof b === 'number') return add(a, b);
          return bounded(a instanceof Markup || b instanceof Markup ? addMarkup(a, b) : add(a, b));
        };
      case '-':
        return (context, slots) => subtract(left(context, slots), right(context, slots));
      case '*':
        return (context, slots) => {
          const a = left(context, slots);
          const b = right(context, slots);
          return typeof a === 'number' && typeof b === 'number' ? multiply(a, b) : repeat(a, b);
        };
      case '/':
        return (context, slots) => divide(left(context, slots), right(context, slots));
      case '//':
        return (context, slots) => floorDivide(left(context, slots), right(context, slots));
      case '%':
        return (context, slots) => {
          const a = left(context, slots);
          const b = right(context, slots);
          return bounded(a instanceof Markup ? formatMarkup(a, b) : modulo(a, b));
        };
      case '**':
        return (context, slots) => boundedPower(left(context, slots), right(context, slots));
    }
  }

  #concat(parts: readonly Evaluate[], place: Place): Evaluate {
    if (place.escaping === true && !this.#isFolding) return (context, slots) => concatMarkup(parts.map((part) => part(context, slots)));
    return (context, slots) => {
      let text = '';
      for (const part of parts) text += str(part(context, slots));
      return bounded(text);
    };
  }

  #compare(first: Expression, rest: readonly Comparison[], place: Place): Evaluate {
    const start = this.compile(first, place);
    const operands = rest.map(({ operator, operand }) => [operator, this.#container(first, operator, operand, place)] as const);
    const [only] = operands;
    if (only && operands.length === 1) {
      const constant = rest[0] && this.fold(rest[0].operand, place)?.value;
      if (typeof constant === 'number' && Number.isFinite(constant)) return compileComparisonWith(only[0], start, constant);
      return compileComparison(only[0], start, only[1]);
    }
    const steps = operands.map(([operator, operand]) => [HOLDS[operator], operand] as const);
    return (context, slots) => {
      let left = plainText(start(context, slots));
      for (const [holds, operand] of steps) {
        const right = plainText(operand(context, slots));
        if (!holds(left, right)) return false;
        left = right;
      }
      return true;
    };
  }

  /** The right side of a comparison; `'name' in record` reads that field only. */
  #container(left: Expression, operator: Comparison['operator'], operand: Expression, place: Place): Evaluate {
    const isMembership = operator === 'in' || operator === 'not in';
    return this.#owner(operand, isMembership && left.kind === 'constant' ? left.value : undefined, place);
  }

  #condition(node: Extract<Expression, { kind: 'condition' }>, place: Place): Evaluate {
    const soft = { ...place, soft: true };
    const test = this.compile(node.test, soft);
    const then = this.compile(node.then, soft);
    const otherwise = node.otherwise ? this.compile(node.otherwise, soft) : noElse;
    return (context, slots) => (truth(test(context, slots)) ? then(context, slots) : otherwise(context, slots));
  }

  // Attributes and items

  #attribute(ownerNode: Expression, name: string, place: Place): Evaluate {
    const isKey = !DICT_ATTRIBUTES.has(name) && !name.startsWith('__') && isPlainKey(name);
    const owner = this.#owner(ownerNode, isKey && !RECORD_ATTRIBUTES.has(name) ? name : undefined, place);
    if (!isKey) return (context, slots) => getAttribute(owner(context, slots), name);
    return fieldReader(this.#contextName(ownerNode, place), owner, name, attributeOf);
  }

  #item(ownerNode: Expression, keyNode: Expression, place: Place): Evaluate {
    if (keyNode.kind === 'slice') return this.#slice(this.compile(ownerNode, place), keyNode, place);
    const constant = this.fold(keyNode, place)?.value;
    if (typeof constant !== 'string' || !isPlainKey(constant) || DICT_ATTRIBUTES.has(constant)) {
      const owner = this.compile(ownerNode, place);
      const key = this.compile(keyNode, place);
      return (context, slots) => subscript(owner(context, slots), plainText(key(context, slots)));
    }
    const owner = this.#owner(ownerNode, constant, place);
    return fieldReader(this.#contextName(ownerNode, place), owner, constant, getItem);
  }

  #slice(owner: Evaluate, node: Slice, place: Place): Evaluate {
    const [start, stop, step] = [node.start, node.stop, node.step].map((part) => (part ? this.compile(part, place) : none));
    return (context, slots) => {
      const value = owner(context, slots);
      return sliceOf(value, (start as Evaluate)(context, slots), (stop as Evaluate)(context, slots), (step as Evaluate)(context, slots));
    };
  }

  // Calls, filters and tests

  /** Compiles a call; `caller` is handed on by a call block. */
  call(node: Call, place: Place, caller?: Evaluate): Evaluate {
    const get = caller ? undefined : this.#dictGet(node, place);
    if (get) return get;
    const callee = this.compile(node.callee, place);
    const args = this.#arguments(node, place, caller);
    const isJoin = node.callee.kind === 'attribute' && node.callee.name === 'join';
    return (context, slots) => {
      const target = callee(context, slots);
      if (isJoin) return args(context, slots, (values, keywords) => callValue(target, values.map(withPlainItems), keywords));
      return args(context, slots, (values, keywords) => callValue(target, values, keywords));
    };
  }

  /** `mapping.get(key)` and `mapping.get(key, default)`, by far the most frequent calls, without making a method. */
  #dictGet(node: Call, place: Place): Evaluate | undefined {
    const { callee, args } = node;
    const isSimple = node.keywords.length === 0 && !node.dynamicArgs && !node.dynamicKeywords;
    const [keyNode, defaultNode] = args;
    if (callee.kind !== 'attribute' || callee.name !== 'get' || !isSimple || !keyNode || args.length > 2) return undefined;
    const owner = this.#owner(callee.owner, this.fold(keyNode, place)?.value, place);
    const key = this.compile(keyNode, place);
    const byDefault = defaultNode ? this.compile(defaultNode, place) : none;
    return (context, slots) => {
      const mapping = owner(context, slots);
      if (isPlain(mapping)) {
        const name = key(context, slots);
        const otherwise = byDefault(context, slots);
        const value = typeof name === 'string' ? plainGet(mapping, name) : dictGet(mapping, name);
        return value === undefined ? otherwise : value;
      }
      const method = getAttribute(mapping, 'get');
      const values = [key(context, slots)];
      if (defaultNode) values.push(byDefault(context, slots));
      return callValue(method, values, NO_KEYWORDS);
    };
  }

  #arguments(node: Arguments, place: Place, caller?: Evaluate): ArgumentsOf {
    const plain =
      place.escaping === false
        ? (value: Evaluate): Evaluate =>
            (context, slots) =>
              plainText(value(context, slots))
        : same;
    const positional = this.#all(node.args, place).map(plain);
    const keywords = this.#keywords(node, place);
    if (caller) keywords.push(['caller', caller]);
    const dynamicArgs = node.dynamicArgs && this.compile(node.dynamicArgs, place);
    const dynamicKeywords = node.dynamicKeywords && this.compile(node.dynamicKeywords, place);
    return (context, slots, use) => {
      const values = positional.map((value) => value(context, slots));
      if (dynamicArgs) values.push(...iterate(dynamicArgs(context, slots)));
      if (keywords.length === 0 && !dynamicKeywords) return use(values, NO_KEYWORDS);
      const named = new Map<string, Value>(keywords.map(([name, value]) => [name, value(context, slots)]));
      if (dynamicKeywords) addKeywords(named, dynamicKeywords(context, slots));
      return use(values, named);
    };
  }

  #keywords(node: Arguments, place: Place): [string, Evaluate][] {
    const seen = new Set<string>();
    return node.keywords.map(({ name, value }) => {
      if (seen.has(name)) throw new TemplateSyntaxError(`keyword argument repeated: ${name}`, value.at, 'SyntaxError');
      seen.add(name);
      return [name, this.compile(value, place)];
    });
  }

  filter(node: Filter, place: Place): Evaluate {
    const spec = this.functions.filter(node.name);
    const input = node.input ? this.compile(node.input, place) : (place.block as Evaluate);
    if (!spec) return this.#unknown('filter', node.name, node.at, place);
    return this.#apply(spec, input, node, place);
  }

  #test(node: Extract<Expression, { kind: 'test' }>, place: Place): Evaluate {
    const spec = this.functions.test(node.name);
    const input = this.compile(node.input, place);
    if (!spec) return this.#unknown('test', node.name, node.at, place);
    return this.#apply(spec, input, node, place);
  }

  // parity: jinja2/compiler.py:CodeGenerator._filter_test_common
  #unknown(kind: 'filter' | 'test', name: string, at: Position, place: Place): Evaluate {
    if (!place.soft) throw new TemplateSyntaxError(`No ${kind} named '${name}'.`, at, 'TemplateAssertionError');
    return () => {
      throw new PythonError('TemplateRuntimeError', `No ${kind} named '${name}' found.`);
    };
  }

  #apply(spec: FunctionSpec, input: Evaluate, node: Arguments, place: Place): Evaluate {
    if (spec.impure) this.findings.impure = true;
    if (node.dynamicArgs || node.dynamicKeywords) {
      const args = this.#arguments(node, place);
      const { runtime } = this;
      return (context, slots) => {
        const first = input(context, slots);
        return args(context, slots, (values, keywords) => callSpec(spec, runtime, [first, ...values], keywords));
      };
    }
    const positional = [input, ...this.#all(node.args, place)];
    const keywords = new Map(this.#keywords(node, place));
    let sources: Source[];
    try {
      sources = bind(spec, positional.length, [...keywords.keys()]);
    } catch (error) {
      const all = [...positional, ...keywords.values()];
      return (context, slots) => {
        for (const evaluate of all) evaluate(context, slots);
        throw error;
      };
    }
    return applied(
      spec,
      this.runtime,
      sources.map((source) => sourceValue(source, positional, keywords, spec)),
    );
  }
}

type ArgumentsOf = (context: Context, slots: Slots, use: (values: Value[], keywords: Keywords) => Value) => Value;

/** A value for each parameter of a function, which may also be further keywords. */
type EvaluateBound = (context: Context, slots: Slots) => BoundValue;

/** Whether a value is a dict kept as a plain object; false for a few that are, those without a prototype or with a key `constructor`. */
function isPlain(value: Value): value is PlainDict {
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
function fieldReader(variable: string | undefined, owner: Evaluate, name: string, otherwise: OtherField): Evaluate {
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

function same(value: Evaluate): Evaluate {
  return value;
}

function none(): Value {
  return null;
}

function noElse(): Value {
  return new Undefined(null, undefined, 'the inline if-expression evaluated to false and no else section was defined.');
}

function attempt(evaluate: () => Value): { readonly value: Value } | undefined {
  try {
    return { value: evaluate() };
  } catch (error) {
    if (error instanceof PythonError) return undefined;
    throw error;
  }
}

/** The generated code of the reference names these floats like variables that do not exist. */
function nonFinite(value: number): Evaluate {
  const name = str(value).replace('-', '');
  return () => {
    throw new PythonError('NameError', `name '${name}' is not defined`);
  };
}

/** The error of a template that reads variables the context does not have. */
// parity: airbyte_cdk/sources/declarative/interpolation/jinja.py:JinjaInterpolation._eval
export function missingVariables(names: readonly string[], context: Context): PythonError {
  const list = names.map((name) => `'${name}'`).join(', ');
  const known = Object.keys(context).join(', ');
  return new PythonError('ValueError', `Jinja macro has undeclared variables: {${list}}. The context has: ${known}`);
}

function readSlot(variable: Variable, place: Place): Evaluate {
  const { slot, name } = variable;
  let hops = 0;
  for (let activation = place.activation; activation !== variable.owner; hops++) activation = activation.parent as FunctionScope;
  return (_context, slots) => {
    let at = slots;
    for (let i = 0; i < hops; i++) at = at.parent as Slots;
    const value = at.values[slot];
    return value === undefined ? new Undefined(name) : value;
  };
}

function subscript(value: Value, key: Value): Value {
  if (!(value instanceof Markup) || typeof key === 'string') return itemOf(value, key);
  const item = getItem(value.text, key);
  return typeof item === 'string' ? new Markup(item) : item;
}

function sliceOf(value: Value, start: Value, stop: Value, step: Value): Value {
  return value instanceof Markup ? new Markup(str(slice(value.text, start, stop, step))) : slice(value, start, stop, step);
}

function repeat(a: Value, b: Value): Value {
  const [left, right] = [plainText(a), plainText(b)];
  for (const [sequence, count] of [
    [left, right],
    [right, left],
  ] as const) {
    if ((typeof sequence === 'string' || Array.isArray(sequence)) && isInt(count)) {
      checkRepetition(sequence.length, count);
    }
  }
  const product = multiply(left, right);
  return typeof product === 'string' && (a instanceof Markup || b instanceof Markup) ? new Markup(product) : product;
}

function boundedPower(base: Value, exponent: Value): Value {
  if ((typeof base === 'number' || typeof base === 'bigint') && (typeof exponent === 'number' || typeof exponent === 'bigint')) {
    const magnitude = base < 0 ? -base : base;
    if (magnitude > 1 && Math.log2(Number(magnitude)) * Number(exponent) > MAX_POWER_BITS && Number.isInteger(Number(exponent))) {
      throw new PythonError('MemoryError', 'the template makes a number of more than a million bits');
    }
  }
  return power(base, exponent);
}

function concatMarkup(parts: readonly Value[]): Value {
  if (!parts.some((part) => part instanceof Markup)) return parts.map(str).join('');
  return new Markup(parts.map((part) => escapeValue(part).text).join(''));
}

/** Calls a value as a template does; raises TypeError when it cannot be called. */
export function callValue(target: Value, values: Value[], keywords: Keywords): Value {
  if (target instanceof Callable) return bounded(target.call(values, keywords));
  if (target instanceof Undefined) return target.fail();
  throw new PythonError('TypeError', `'${typeName(target)}' object is not callable`);
}

/** A list of texts to be joined, which may be safe ones. */
function withPlainItems(value: Value): Value {
  return isList(value) ? value.map(plainText) : value;
}

function addKeywords(named: Map<string, Value>, further: Value): void {
  for (const [name, value] of keywordsOf(further)) {
    if (named.has(name)) throw new PythonError('TypeError', `got multiple values for keyword argument '${name}'`);
    named.set(name, value);
  }
}

function sourceValue(
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
function applied(spec: FunctionSpec, runtime: Runtime, values: readonly EvaluateBound[]): Evaluate {
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

import { addKeywords, applied, callValue, sourceValue, withPlainItems } from './apply-function.ts';
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
import { contextName, contextReader, type FieldOwner, isFieldOwner } from './context-variables.ts';
import { dictGet, makeDict, plainGet } from './dicts.ts';
import type { Position } from './errors.ts';
import { TemplateSyntaxError } from './errors.ts';
import type { FunctionTable } from './functions/index.ts';
import { bind, callSpec, type FunctionSpec, type Source } from './functions/spec.ts';
import { attributeOf } from './group.ts';
import { addMarkup, formatMarkup, Markup, plainText } from './markup.ts';
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
  subtract,
  truth,
} from './operators.ts';
import { DICT_ATTRIBUTES, fieldReader, isPlain, isPlainKey, RECORD_ATTRIBUTES } from './read-field.ts';
import { str } from './repr.ts';
import { bounded, type Context, type Evaluate, NO_SLOTS, type Runtime, type Slots } from './runtime.ts';
import type { FunctionScope, Scope, Variable } from './scope.ts';
import { boundedPower, concatMarkup, repeat, sliceOf, subscript } from './template-operators.ts';
import { Float, type Keywords, NO_KEYWORDS, PythonError, tupleFrom, Undefined, type Value } from './values.ts';

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

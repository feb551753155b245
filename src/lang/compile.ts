import type { Block, Body, CallBlock, Expression, For, If, Macro as MacroNode, Output, SetBlock, Statement, Target, With } from './ast.ts';
import { targetNamespaces } from './ast.ts';
import type { EvaluateBoolean } from './compile-comparison.ts';
import { compileCondition } from './compile-condition.ts';
import { ExpressionCompiler, type Findings, type Place, type Trace } from './compile-expression.ts';
import { compileFormula, type Formula } from './compile-formula.ts';
import { contextReader, isFieldOwner } from './context-variables.ts';
import { TemplateSyntaxError } from './errors.ts';
import type { FunctionTable } from './functions/index.ts';
import { LoopContext, Namespace } from './loop.ts';
import { Macro, type MacroShape } from './macro.ts';
import { escapeValue, Markup } from './markup.ts';
import { truth } from './operators.ts';
import { parse } from './parser.ts';
import { str } from './repr.ts';
import { bounded, type Context, type Evaluate, NO_SLOTS, type Render, type Runtime, Slots } from './runtime.ts';
import { assignedLoop, blocksOf, FunctionScope, Scope, undeclaredNames, type Variable } from './scope.ts';
import { iterate } from './sequence.ts';
import { Callable, isList, PythonError, PythonObject, typeName, Undefined, type Value } from './values.ts';

/** A compiled template. */
export interface Program extends Findings {
  /** The value printed by a template that is one single expression; `render` gives its text. */
  readonly single: Evaluate | undefined;
  /** Compiles whether the condition that `single` is holds. */
  readonly compileCondition: (() => EvaluateBoolean) | undefined;
  /** Compiles the formula that `single` is, if it is one. */
  readonly compileFormula: (() => Formula | undefined) | undefined;
  readonly render: (context: Context) => string;
  /** The text that every result begins with. */
  readonly prefix: string;
}

/** Where a statement stands; `toplevel` outside of everything but `if`, `root` outside of that too. */
interface Frame extends Place {
  readonly toplevel: boolean;
  readonly root: boolean;
}

type Assign = (context: Context, slots: Slots, value: Value) => void;
type Enter = (context: Context, slots: Slots) => void;

/** Compiles a normalised template to closures; raises TemplateSyntaxError, also for unknown filters and tests. */
export function compile(source: string, runtime: Runtime, functions: FunctionTable, trace?: Trace): Program {
  return new Compiler(runtime, functions, trace).template(parse(source));
}

interface CompiledBlock {
  render: Render;
  readonly activation: FunctionScope;
}

// parity: jinja2/compiler.py:CodeGenerator
class Compiler {
  readonly #runtime: Runtime;
  readonly #functions: FunctionTable;
  readonly #expressions: ExpressionCompiler;
  readonly #findings: Findings = { variables: new Set(), fields: { record: new Set(), response: new Set() }, impure: false };
  readonly #blocks = new Map<string, CompiledBlock>();
  /** Variables that the template sets outside of everything, which its blocks see in their context. */
  #exports: ReadonlyMap<string, Variable> = new Map();
  /** Whether something may be printed that is no text. */
  #mayMisprint = false;

  constructor(runtime: Runtime, functions: FunctionTable, trace: Trace | undefined) {
    this.#runtime = runtime;
    this.#functions = functions;
    this.#expressions = new ExpressionCompiler(runtime, functions, this.#findings, trace);
  }

  template(body: Body): Program {
    const blocks = blocksOf(body);
    for (const block of blocks) {
      if (this.#blocks.has(block.name)) throw assertion(`block '${block.name}' defined twice`, block.at);
      this.#blocks.set(block.name, { render: nothing, activation: new FunctionScope() });
    }
    const activation = new FunctionScope();
    const scope = new Scope(activation);
    const self = undeclaredNames(body, ['self']).has('self') ? scope.parameter('self') : undefined;
    scope.statements(body);
    this.#exports = new Map([...scope.variables].filter(([name]) => scope.stores.has(name) && name !== 'self'));
    const frame: Frame = { scope, activation, soft: false, escaping: false, toplevel: true, root: true };
    const enter = this.#enter(scope, frame);
    const expression = enter || self ? undefined : this.#single(body, frame);
    const single = expression && this.#expressions.compile(expression, frame);
    const render: Render = single ? (context, slots) => str(single(context, slots)) : this.#body(body, frame);
    for (const block of blocks) this.#compileBlock(block);
    const isPlain = activation.size === 0 && !self && !this.#mayMisprint;
    return {
      ...this.#findings,
      single,
      compileCondition: expression && (() => compileCondition(expression, frame, this.#expressions)),
      compileFormula: expression && (() => compileFormula(expression, frame, this.#expressions)),
      prefix: prefixOf(body),
      render: (context) => {
        if (isPlain) return render(context, NO_SLOTS);
        const slots = activation.size === 0 ? NO_SLOTS : new Slots(activation.size);
        if (self) slots.values[self.slot] = new TemplateReference(this.#blocks, (name) => this.#renderBlock(name, context, slots));
        enter?.(context, slots);
        return this.#runtime.complete(() => render(context, slots));
      },
    };
  }

  #single(body: Body, frame: Frame): Expression | undefined {
    const [output] = body;
    if (body.length !== 1 || output?.kind !== 'output' || output.parts.length !== 1) return undefined;
    const [part] = output.parts;
    return part === undefined || typeof part === 'string' || this.#expressions.fold(part, frame) ? undefined : part;
  }

  // Scopes

  /** What gives the variables of a scope their first values; undefined when they need none. */
  // parity: jinja2/compiler.py:CodeGenerator.enter_frame
  #enter(scope: Scope, frame: Place): Enter | undefined {
    const actions: Enter[] = [];
    for (const [variable, load] of scope.loads) {
      const { slot, name } = variable;
      if (load.kind === 'context') {
        const byDefault = this.#functions.global(name)?.value;
        if (byDefault === undefined) this.#findings.variables.add(name);
        if (!scope.stores.has(name)) continue;
        const read = contextReader(name);
        if (isFieldOwner(name)) this.#findings.fields[name] = 'all';
        actions.push((context, slots) => {
          const value = read(context);
          slots.values[slot] = value === undefined ? byDefault : value;
        });
      } else if (load.kind === 'alias') {
        const outer = slotReader(load.of, frame.activation);
        actions.push((_context, slots) => {
          slots.values[slot] = outer(slots);
        });
      } else if (load.kind === 'unset') {
        actions.push((_context, slots) => {
          slots.values[slot] = undefined;
        });
      }
    }
    if (actions.length === 0) return undefined;
    return (context, slots) => {
      for (const action of actions) action(context, slots);
    };
  }

  /** Compiles a body in a scope of its own within the same activation. */
  #inner(frame: Frame, analyse: (scope: Scope) => void): { readonly frame: Frame; readonly enter: Enter | undefined } {
    const scope = new Scope(frame.activation, frame.scope);
    analyse(scope);
    const inner: Frame = { ...frame, scope, soft: false, toplevel: false, root: false };
    return { frame: inner, enter: this.#enter(scope, inner) };
  }

  // Bodies

  #body(body: Body, frame: Frame): Render {
    const parts: Render[] = [];
    for (const statement of body) {
      parts.push(this.#statement(statement, frame));
      if (frame.root && statement.kind === 'load' && statement.tag === 'extends') break;
    }
    return sequence(parts);
  }

  #statement(statement: Statement, frame: Frame): Render {
    switch (statement.kind) {
      case 'output':
        return this.#output(statement, frame);
      case 'for':
        return this.#for(statement, frame);
      case 'if':
        return this.#if(statement, frame);
      case 'macro':
        return this.#macro(statement, frame);
      case 'callBlock':
        return this.#callBlock(statement, frame);
      case 'block':
        return this.#block(statement, frame);
      case 'setBlock':
        return this.#setBlock(statement, frame);
      case 'with':
        return this.#with(statement, frame);
      case 'set':
        return this.#set(statement, frame);
      case 'filterBlock':
        return this.#filterBlock(statement, frame);
      case 'autoescape':
        return this.#autoescape(statement, frame);
      case 'load':
        return this.#load(statement, frame);
    }
  }

  #output(node: Output, frame: Frame): Render {
    const parts: (string | Render)[] = [];
    for (const part of node.parts) {
      const compiled = typeof part === 'string' ? part : this.#printed(part, frame);
      const last = parts.at(-1);
      if (typeof compiled === 'string' && typeof last === 'string') parts[parts.length - 1] = last + compiled;
      else parts.push(compiled);
    }
    return printed(parts);
  }

  #printed(node: Expression, frame: Frame): string | Render {
    const folded = this.#expressions.fold(node, frame);
    if (folded !== undefined) {
      try {
        return frame.escaping === true ? escapeValue(folded.value).text : str(folded.value);
      } catch (error) {
        if (!(error instanceof PythonError)) throw error;
      }
    }
    const evaluate = this.#expressions.compile(node, frame);
    if (frame.escaping === true) return (context, slots) => escapeValue(evaluate(context, slots)).text;
    if (frame.escaping === false) return (context, slots) => str(evaluate(context, slots));
    const runtime = this.#runtime;
    return (context, slots) => {
      const value = evaluate(context, slots);
      return runtime.autoescape ? escapeValue(value).text : str(value);
    };
  }

  #if(node: If, frame: Frame): Render {
    const soft: Frame = { ...frame, soft: true, root: false };
    const branches = node.branches.map(({ test, body }) => [this.#expressions.compile(test, soft), this.#body(body, soft)] as const);
    const otherwise = this.#body(node.otherwise, soft);
    return (context, slots) => {
      for (const [test, body] of branches) if (truth(test(context, slots))) return body(context, slots);
      return otherwise(context, slots);
    };
  }

  // Assignments

  #target(target: Target, frame: Frame): Assign {
    if (target.kind === 'name') {
      const { slot } = frame.scope.variable(target.name);
      return (_context, slots, value) => {
        slots.values[slot] = value;
      };
    }
    if (target.kind === 'namespace') {
      const read = this.#namespace(target.name, frame);
      return (context, slots, value) => read(context, slots).set(target.attribute, value);
    }
    const items = target.items.map((item) => this.#target(item, frame));
    return (context, slots, value) => {
      const values = unpack(value, items.length);
      for (const [i, assign] of items.entries()) assign(context, slots, values[i] as Value);
    };
  }

  #namespace(name: string, frame: Frame): (context: Context, slots: Slots) => Namespace {
    const read = this.#expressions.variable(name, frame);
    return (context, slots) => {
      const value = read(context, slots);
      if (value instanceof Namespace) return value;
      throw new PythonError('TemplateRuntimeError', 'cannot assign attribute on non-namespace object');
    };
  }

  #set(node: Extract<Statement, { kind: 'set' }>, frame: Frame): Render {
    const checks = targetNamespaces(node.target).map((name) => this.#namespace(name, frame));
    const value = this.#expressions.compile(node.value, frame);
    const assign = this.#target(node.target, frame);
    return (context, slots) => {
      for (const check of checks) check(context, slots);
      assign(context, slots, value(context, slots));
      return '';
    };
  }

  #setBlock(node: SetBlock, frame: Frame): Render {
    const inner = this.#inner(frame, (scope) => scope.statements(node.body));
    const body = this.#body(node.body, inner.frame);
    const assign = this.#target(node.target, frame);
    const filtered = this.#filtered(node.filter, body, inner.frame);
    const runtime = this.#runtime;
    return (context, slots) => {
      inner.enter?.(context, slots);
      const value = filtered(context, slots);
      assign(context, slots, runtime.autoescape ? new Markup(str(value)) : value);
      return '';
    };
  }

  /** The text of a body, through a filter when there is one. */
  #filtered(filter: SetBlock['filter'], body: Render, frame: Frame): Evaluate {
    const runtime = this.#runtime;
    const text: Render = (context, slots) => runtime.complete(() => body(context, slots));
    if (filter === undefined) return text;
    const block: Evaluate = (context, slots) => (runtime.autoescape ? new Markup(text(context, slots)) : text(context, slots));
    return this.#expressions.compile(filter, { ...frame, block });
  }

  #filterBlock(node: Extract<Statement, { kind: 'filterBlock' }>, frame: Frame): Render {
    const inner = this.#inner(frame, (scope) => {
      scope.statements(node.body);
      scope.expression(node.filter);
    });
    const filtered = this.#filtered(node.filter, this.#body(node.body, inner.frame), inner.frame);
    const print = this.#printing(filtered);
    return (context, slots) => {
      inner.enter?.(context, slots);
      return print(context, slots);
    };
  }

  /** What a filter block or call block prints, which must be a text. */
  #printing(print: Evaluate): Render {
    this.#mayMisprint = true;
    return (context, slots) => this.#printedText(print(context, slots));
  }

  #printedText(value: Value): string {
    if (typeof value === 'string') return value;
    if (value instanceof Markup) return value.text;
    this.#runtime.misprint(new PythonError('TypeError', `sequence item 0: expected str instance, ${typeName(value)} found`));
    return '';
  }

  #with(node: With, frame: Frame): Render {
    const inner = this.#inner(frame, (scope) => {
      for (const target of node.targets) scope.target(target, true);
      scope.statements(node.body);
    });
    const assignments = node.targets.map((target, i) => {
      return [this.#target(target, inner.frame), this.#expressions.compile(node.values[i] as Expression, frame)] as const;
    });
    const body = this.#body(node.body, inner.frame);
    return (context, slots) => {
      inner.enter?.(context, slots);
      for (const [assign, value] of assignments) assign(context, slots, value(context, slots));
      return body(context, slots);
    };
  }

  #autoescape(node: Extract<Statement, { kind: 'autoescape' }>, frame: Frame): Render {
    const inner = this.#inner(frame, (scope) => {
      scope.expression(node.enabled);
      scope.statements(node.body);
    });
    const known = this.#expressions.fold(node.enabled, frame);
    const enabled = this.#expressions.compile(node.enabled, inner.frame);
    const body = this.#body(node.body, { ...inner.frame, escaping: known ? truth(known.value) || 'volatile' : 'volatile' });
    const runtime = this.#runtime;
    return (context, slots) => {
      inner.enter?.(context, slots);
      const outer = runtime.autoescape;
      runtime.autoescape = truth(enabled(context, slots));
      const text = body(context, slots);
      runtime.autoescape = outer;
      return text;
    };
  }

  // Loops

  #for(node: For, frame: Frame): Render {
    const forbidden = assignedLoop(node);
    if (forbidden) throw assertion("Can't assign to special loop variable in for-loop target", forbidden.at);
    const activation = node.recursive ? new FunctionScope(frame.activation) : frame.activation;
    const scope = new Scope(activation, frame.scope);
    const isExtended = node.recursive || undeclaredNames(node.body, ['loop']).has('loop') || blocksOf([node]).some((block) => block.scoped);
    const loop = isExtended ? scope.parameter('loop') : undefined;
    scope.target(node.target, true);
    scope.statements(node.body);
    const bodyFrame: Frame = { ...frame, activation, scope, soft: false, toplevel: false, root: false };
    const select = node.test ? this.#loopTest(node, node.test, frame) : undefined;
    const assign = this.#target(node.target, bodyFrame);
    const enter = this.#enter(scope, bodyFrame);
    const body = this.#body(node.body, bodyFrame);
    const otherwise = this.#loopElse(node, { ...frame, activation });
    const iterable = this.#expressions.compile(node.iterable, frame);
    const runtime = this.#runtime;

    const run = (context: Context, slots: Slots, value: Value, depth: number, outer: Slots): string => {
      const items = select ? select(context, outer, value) : iterate(value);
      const recurse = node.recursive
        ? (inner: Value, innerDepth: number): Value => runtime.call(() => activate(context, outer, inner, innerDepth))
        : undefined;
      const walk = loop ? new LoopContext(items, select ? undefined : value, recurse, depth) : undefined;
      let text = '';
      let isEmpty = true;
      const iterator = walk ? undefined : items[Symbol.iterator]();
      for (;;) {
        const item = walk ? walk.advance() : nextItem(iterator as Iterator<Value>);
        if (item === undefined) break;
        runtime.step();
        assign(context, slots, item);
        if (loop && walk) slots.values[loop.slot] = walk;
        enter?.(context, slots);
        text = bounded(text + body(context, slots));
        isEmpty = false;
      }
      return isEmpty ? otherwise(context, slots) : text;
    };
    const activate = (context: Context, outer: Slots, value: Value, depth: number): string =>
      runtime.complete(() => run(context, new Slots(activation.size, outer), value, depth, outer));

    if (node.recursive) return (context, slots) => activate(context, slots, iterable(context, slots), 0);
    return (context, slots) => run(context, slots, iterable(context, slots), 0, slots);
  }

  #loopElse(node: For, frame: Frame): Render {
    if (node.otherwise.length === 0) return nothing;
    const inner = this.#inner(frame, (scope) => scope.statements(node.otherwise));
    const body = this.#body(node.otherwise, inner.frame);
    return (context, slots) => {
      inner.enter?.(context, slots);
      return body(context, slots);
    };
  }

  #loopTest(node: For, testNode: Expression, frame: Frame): (context: Context, slots: Slots, value: Value) => Iterable<Value> {
    const inner = this.#inner(frame, (scope) => {
      scope.target(node.target, true);
      scope.expression(testNode);
    });
    const assign = this.#target(node.target, inner.frame);
    const test = this.#expressions.compile(testNode, inner.frame);
    const runtime = this.#runtime;
    return function* (context, slots, value) {
      inner.enter?.(context, slots);
      for (const item of iterate(value)) {
        runtime.step();
        assign(context, slots, item);
        if (truth(test(context, slots))) yield item;
      }
    };
  }

  // Macros

  #macro(node: MacroNode, frame: Frame): Render {
    const make = this.#macroBody(node, node.name, frame);
    const { slot } = frame.scope.variable(node.name);
    return (context, slots) => {
      slots.values[slot] = make(context, slots);
      return '';
    };
  }

  #callBlock(node: CallBlock, frame: Frame): Render {
    const make = this.#macroBody(node, null, frame);
    const call = this.#expressions.call(node.call, frame, make);
    return this.#printing(call);
  }

  // parity: jinja2/compiler.py:CodeGenerator.macro_body
  #macroBody(node: MacroNode | CallBlock, name: string | null, frame: Frame): (context: Context, slots: Slots) => Macro {
    const activation = new FunctionScope(frame.activation);
    const scope = new Scope(activation, frame.scope);
    scope.signature(node);
    scope.statements(node.body);
    const names = node.parameters.map((parameter) => parameter.name);
    const special = undeclaredNames(node.body, ['caller', 'kwargs', 'varargs']);
    const callerAt = names.indexOf('caller');
    if (special.has('caller') && callerAt >= 0 && callerAt < names.length - node.defaults.length) {
      throw assertion('When defining macros or call blocks the special "caller" argument must be omitted or be given a default.', node.at);
    }
    const extra = ['caller', 'kwargs', 'varargs'].filter((each) => special.has(each) && !names.includes(each));
    const parameters = [...names.map((each) => scope.variable(each)), ...extra.map((each) => scope.parameter(each))];
    const shape: MacroShape = {
      name,
      parameters: names,
      takesCaller: special.has('caller'),
      takesKeywords: extra.includes('kwargs'),
      takesRest: extra.includes('varargs'),
    };
    const inner: Frame = { ...frame, activation, scope, soft: false, toplevel: false, root: false };
    const enter = this.#enter(scope, inner);
    const firstDefault = names.length - node.defaults.length;
    const defaults = names.map((parameter, i) => {
      const value = node.defaults[i - firstDefault];
      if (i >= firstDefault && value) return this.#expressions.compile(value, inner);
      return () => new Undefined(parameter, undefined, `parameter '${parameter}' was not provided`);
    });
    const body = this.#body(node.body, inner);
    const runtime = this.#runtime;
    return (context, outer) =>
      new Macro(shape, (values) => {
        const slots = new Slots(activation.size, outer);
        for (const [i, parameter] of parameters.entries()) slots.values[parameter.slot] = values[i];
        return runtime.call(() => {
          enter?.(context, slots);
          for (const [i, byDefault] of defaults.entries()) {
            const { slot } = parameters[i] as Variable;
            if (slots.values[slot] === undefined) slots.values[slot] = byDefault(context, slots);
          }
          const text = runtime.complete(() => body(context, slots));
          return runtime.autoescape ? new Markup(text) : text;
        });
      });
  }

  // Blocks

  #block(node: Block, frame: Frame): Render {
    if (node.required) {
      return () => {
        throw new PythonError('TemplateRuntimeError', `Required block '${node.name}' not found`);
      };
    }
    const locals = node.scoped ? frame.scope.storedVariables() : undefined;
    const readers = locals && [...locals].map(([name, variable]) => [name, slotReader(variable, frame.activation)] as const);
    const root = rootReader(frame.activation);
    return (context, slots) => {
      if (!readers) return this.#renderBlock(node.name, context, root(slots));
      const seen: Record<string, Value> = { ...context };
      for (const [name, read] of readers) {
        const value = read(slots);
        if (value !== undefined) seen[name] = value;
      }
      return this.#renderBlock(node.name, seen, root(slots));
    };
  }

  #compileBlock(node: Block): void {
    const compiled = this.#blocks.get(node.name) as CompiledBlock;
    const { activation } = compiled;
    const scope = new Scope(activation);
    const special = undeclaredNames(node.body, ['self', 'super']);
    const self = special.has('self') ? scope.parameter('self') : undefined;
    const parent = special.has('super') ? scope.parameter('super') : undefined;
    scope.statements(node.body);
    const frame: Frame = { scope, activation, soft: false, escaping: false, toplevel: false, root: false };
    const enter = this.#enter(scope, frame);
    const body = this.#body(node.body, frame);
    compiled.render = (context, root) => {
      const slots = new Slots(activation.size);
      if (self) slots.values[self.slot] = new TemplateReference(this.#blocks, (name) => this.#renderBlock(name, context, root));
      if (parent) slots.values[parent.slot] = new Undefined('super', undefined, `there is no parent block called '${node.name}'.`);
      enter?.(context, slots);
      return body(context, slots);
    };
  }

  /** Renders a block, which sees the context and what the template has set outside of everything so far. */
  #renderBlock(name: string, context: Context, root: Slots): string {
    const block = this.#blocks.get(name) as CompiledBlock;
    const seen: Record<string, Value> = { ...context };
    for (const [exported, { slot }] of this.#exports) {
      const value = root.values[slot];
      if (value !== undefined) seen[exported] = value;
    }
    return this.#runtime.call(() => block.render(seen, root));
  }

  // parity: jinja2/environment.py:Environment._load_template (there is no loader)
  #load(node: Extract<Statement, { kind: 'load' }>, frame: Frame): Render {
    if (node.tag === 'extends' && !frame.toplevel) throw assertion('cannot use extend from a non top-level scope', node.at);
    const template = this.#expressions.compile(node.template, frame);
    return (context, slots) => {
      const name = template(context, slots);
      if (node.tag === 'include' && isList(name) && name.length === 0) {
        throw new PythonError('TemplateNotFound', 'Tried to select from an empty list of templates');
      }
      throw new PythonError('TypeError', 'no loader for this environment specified');
    };
  }
}

/** The variable `self`: gives the blocks of the template as functions. */
// parity: jinja2/runtime.py:TemplateReference
class TemplateReference extends PythonObject {
  readonly typeName = 'TemplateReference';
  readonly #blocks: ReadonlyMap<string, CompiledBlock>;
  readonly #render: (name: string) => string;

  constructor(blocks: ReadonlyMap<string, CompiledBlock>, render: (name: string) => string) {
    super();
    this.#blocks = blocks;
    this.#render = render;
  }

  override item(key: Value): Value | undefined {
    if (typeof key !== 'string' || !this.#blocks.has(key)) return undefined;
    return new Callable(key, () => this.#render(key));
  }

  override repr(): string {
    return '<TemplateReference None>';
  }
}

function nothing(): string {
  return '';
}

function prefixOf(body: Body): string {
  const [first] = body;
  const part = first?.kind === 'output' ? first.parts[0] : undefined;
  return typeof part === 'string' ? part : '';
}

/** Prints texts and expressions in order. */
function printed(parts: readonly (string | Render)[]): Render {
  const [first, second, third] = parts;
  if (typeof first === 'string' && typeof second === 'function' && parts.length <= 3 && typeof third !== 'function') {
    const end = third ?? '';
    return (context, slots) => first + second(context, slots) + end;
  }
  return sequence(parts.map((part) => (typeof part === 'string' ? () => part : part)));
}

function sequence(parts: readonly Render[]): Render {
  const [first, second] = parts;
  if (!first) return nothing;
  if (!second) return first;
  if (parts.length === 2) return (context, slots) => first(context, slots) + second(context, slots);
  return (context, slots) => {
    let text = '';
    for (const part of parts) text += part(context, slots);
    return text;
  };
}

function nextItem(iterator: Iterator<Value>): Value | undefined {
  const next = iterator.next();
  return next.done ? undefined : next.value;
}

/** Reads a variable's slot from slots of the given activation; an unset one is undefined. */
function slotReader(variable: Variable, activation: FunctionScope): (slots: Slots) => Value | undefined {
  const { slot } = variable;
  let hops = 0;
  for (let at = activation; at !== variable.owner; hops++) at = at.parent as FunctionScope;
  return (slots) => {
    let at = slots;
    for (let i = 0; i < hops; i++) at = at.parent as Slots;
    return at.values[slot];
  };
}

/** Finds the slots of the outermost activation. */
function rootReader(activation: FunctionScope): (slots: Slots) => Slots {
  let hops = 0;
  for (let at = activation.parent; at; at = at.parent) hops++;
  return (slots) => {
    let at = slots;
    for (let i = 0; i < hops; i++) at = at.parent as Slots;
    return at;
  };
}

function unpack(value: Value, count: number): Value[] {
  let values: Value[];
  try {
    values = [...iterate(value)];
  } catch (error) {
    if (!(error instanceof PythonError) || error.type !== 'TypeError') throw error;
    throw new PythonError('TypeError', `cannot unpack non-iterable ${typeName(value)} object`);
  }
  if (values.length > count) throw new PythonError('ValueError', `too many values to unpack (expected ${count})`);
  if (values.length < count) throw new PythonError('ValueError', `not enough values to unpack (expected ${count}, got ${values.length})`);
  return values;
}

function assertion(message: string, at: number): TemplateSyntaxError {
  return new TemplateSyntaxError(message, at, 'TemplateAssertionError');
}

import { type Body, type Expression, type Name, type Signature, type Statement, subexpressions, type Target } from './ast.ts';
import { PythonError } from './values.ts';

/** The variables of one activation: of the template itself, of a macro, a block or a recursive loop. */
export class FunctionScope {
  readonly parent: FunctionScope | undefined;
  size = 0;

  constructor(parent?: FunctionScope) {
    this.parent = parent;
  }
}

/** A variable: a slot of the activation that owns it. */
export interface Variable {
  readonly name: string;
  readonly slot: number;
  readonly owner: FunctionScope;
}

/** What a variable holds when its scope is entered: a parameter is set by the one who enters, `context` reads the context. */
export type Load =
  | { readonly kind: 'parameter' }
  | { readonly kind: 'context' }
  | { readonly kind: 'alias'; readonly of: Variable }
  | { readonly kind: 'unset' };

const PARAMETER: Load = { kind: 'parameter' };
const CONTEXT: Load = { kind: 'context' };
const UNSET: Load = { kind: 'unset' };

/** The names of one scope; which of them are its own, and how each begins, follows from all of its statements. */
// parity: jinja2/idtracking.py:Symbols
export class Scope {
  readonly parent: Scope | undefined;
  readonly owner: FunctionScope;
  readonly variables: Map<string, Variable>;
  readonly loads: Map<Variable, Load>;
  readonly stores: Set<string>;
  /** The variables ever made by this scope or its branches, so that branches share them. */
  readonly #made: Map<string, Variable>;

  constructor(owner: FunctionScope, parent?: Scope, copied?: Scope) {
    this.owner = owner;
    this.parent = parent;
    this.variables = new Map(copied?.variables);
    this.loads = new Map(copied?.loads);
    this.stores = new Set(copied?.stores);
    this.#made = copied ? copied.#made : new Map();
  }

  branch(): Scope {
    return new Scope(this.owner, this.parent, this);
  }

  find(name: string): Variable | undefined {
    return this.variables.get(name) ?? this.parent?.find(name);
  }

  /** The variable of a name that the analysis has met; raises AssertionError as the reference does when it has not. */
  variable(name: string): Variable {
    const variable = this.find(name);
    if (variable) return variable;
    throw new PythonError('AssertionError', `Tried to resolve a name to a reference that was unknown to the frame ('${name}')`);
  }

  /** Whether a name always holds what the context holds, so that no slot is needed. */
  readsContext(name: string): boolean {
    const variable = this.variables.get(name);
    if (variable === undefined) return this.parent?.readsContext(name) ?? false;
    return this.loads.get(variable)?.kind === 'context' && !this.stores.has(name);
  }

  load(name: string): void {
    if (this.find(name) === undefined) this.#define(name, CONTEXT);
  }

  store(name: string): void {
    this.stores.add(name);
    if (this.variables.has(name)) return;
    const outer = this.parent?.find(name);
    this.#define(name, outer ? { kind: 'alias', of: outer } : UNSET);
  }

  parameter(name: string): Variable {
    this.stores.add(name);
    return this.#define(name, PARAMETER);
  }

  #define(name: string, load: Load): Variable {
    let variable = this.#made.get(name);
    if (!variable) {
      variable = { name, slot: this.owner.size++, owner: this.owner };
      this.#made.set(name, variable);
    }
    this.variables.set(name, variable);
    this.loads.set(variable, load);
    return variable;
  }

  /** Takes over what the branches of an `if` define; a name that only some of them store keeps what it was outside. */
  merge(branches: readonly Scope[]): void {
    const stored = new Set(branches.flatMap((branch) => [...branch.stores]).filter((name) => !this.stores.has(name)));
    for (const branch of branches) {
      for (const [name, variable] of branch.variables) this.variables.set(name, variable);
      for (const [variable, load] of branch.loads) this.loads.set(variable, load);
      for (const name of branch.stores) this.stores.add(name);
    }
    for (const name of stored) {
      const outer = this.parent?.find(name);
      this.loads.set(this.variable(name), outer ? { kind: 'alias', of: outer } : CONTEXT);
    }
  }

  /** The stored names of this scope and those around it, with the variables they stand for here. */
  storedVariables(): Map<string, Variable> {
    const found = new Map<string, Variable>();
    for (let scope: Scope | undefined = this; scope; scope = scope.parent) {
      for (const name of scope.stores) if (!found.has(name)) found.set(name, this.variable(name));
    }
    return found;
  }

  // Analysis of what stands in this scope

  // parity: jinja2/idtracking.py:FrameSymbolVisitor
  statements(body: Body): void {
    for (const statement of body) this.#statement(statement);
  }

  expression(node: Expression | undefined): void {
    if (node === undefined) return;
    if (node.kind === 'name') this.load(node.name);
    else for (const part of subexpressions(node)) this.expression(part);
  }

  target(target: Target, asParameter = false): void {
    if (target.kind === 'namespace') this.load(target.name);
    else if (target.kind === 'targets') for (const item of target.items) this.target(item, asParameter);
    else if (asParameter) this.parameter(target.name);
    else this.store(target.name);
  }

  signature(signature: Signature): void {
    for (const parameter of signature.parameters) this.parameter(parameter.name);
    for (const value of signature.defaults) this.expression(value);
  }

  #statement(statement: Statement): void {
    switch (statement.kind) {
      case 'output':
        for (const part of statement.parts) if (typeof part !== 'string') this.expression(part);
        break;
      case 'for':
        this.expression(statement.iterable);
        break;
      case 'if':
        this.#branches(statement.branches, statement.otherwise);
        break;
      case 'macro':
        this.store(statement.name);
        break;
      case 'callBlock':
        this.expression(statement.call);
        break;
      case 'filterBlock':
        this.expression(statement.filter);
        break;
      case 'with':
        for (const value of statement.values) this.expression(value);
        break;
      case 'set':
        this.expression(statement.value);
        this.target(statement.target);
        break;
      case 'setBlock':
        this.target(statement.target);
        break;
      case 'load':
        this.expression(statement.template);
        for (const name of statement.names) this.store(name);
        break;
      case 'block':
      case 'autoescape':
        break;
    }
  }

  /** The reference nests every `elif` in a branch of its own, beside the body and the else. */
  #branches(branches: readonly { readonly test: Expression; readonly body: Body }[], otherwise: Body): void {
    const [first, ...others] = branches;
    if (!first) return;
    this.expression(first.test);
    const body = this.branch();
    body.statements(first.body);
    const elifs = this.branch();
    for (const elif of others) elifs.#branches([elif], []);
    const otherwiseScope = this.branch();
    otherwiseScope.statements(otherwise);
    this.merge([body, elifs, otherwiseScope]);
  }
}

/** A name as it stands in a body: read, or given a value. */
interface Mention {
  readonly name: string;
  readonly read: boolean;
}

/** Which of the given names a body reads before it assigns them itself, at any depth outside of blocks. */
// parity: jinja2/compiler.py:find_undeclared
export function undeclaredNames(body: Body, names: readonly string[]): Set<string> {
  const open = new Set(names);
  const found = new Set<string>();
  for (const { name, read } of bodyMentions(body)) {
    if (read && open.has(name)) found.add(name);
    else open.delete(name);
  }
  return found;
}

function* bodyMentions(body: Body): Generator<Mention> {
  for (const statement of body) yield* statementMentions(statement);
}

function* expressionMentions(node: Expression | undefined): Generator<Mention> {
  if (node === undefined) return;
  if (node.kind === 'name') yield { name: node.name, read: true };
  else for (const part of subexpressions(node)) yield* expressionMentions(part);
}

function* targetMentions(target: Target): Generator<Mention> {
  if (target.kind === 'name') yield { name: target.name, read: false };
  else if (target.kind === 'targets') for (const item of target.items) yield* targetMentions(item);
}

function* signatureMentions(signature: Signature): Generator<Mention> {
  for (const parameter of signature.parameters) yield { name: parameter.name, read: false };
  for (const value of signature.defaults) yield* expressionMentions(value);
}

function* statementMentions(statement: Statement): Generator<Mention> {
  switch (statement.kind) {
    case 'output':
      for (const part of statement.parts) if (typeof part !== 'string') yield* expressionMentions(part);
      break;
    case 'for':
      yield* targetMentions(statement.target);
      yield* expressionMentions(statement.iterable);
      yield* bodyMentions(statement.body);
      yield* bodyMentions(statement.otherwise);
      yield* expressionMentions(statement.test);
      break;
    case 'if':
      for (const branch of statement.branches) {
        yield* expressionMentions(branch.test);
        yield* bodyMentions(branch.body);
      }
      yield* bodyMentions(statement.otherwise);
      break;
    case 'macro':
      yield* signatureMentions(statement);
      yield* bodyMentions(statement.body);
      break;
    case 'callBlock':
      yield* expressionMentions(statement.call);
      yield* signatureMentions(statement);
      yield* bodyMentions(statement.body);
      break;
    case 'filterBlock':
      yield* bodyMentions(statement.body);
      yield* expressionMentions(statement.filter);
      break;
    case 'with':
      for (const target of statement.targets) yield* targetMentions(target);
      for (const value of statement.values) yield* expressionMentions(value);
      yield* bodyMentions(statement.body);
      break;
    case 'set':
      yield* targetMentions(statement.target);
      yield* expressionMentions(statement.value);
      break;
    case 'setBlock':
      yield* targetMentions(statement.target);
      yield* expressionMentions(statement.filter);
      yield* bodyMentions(statement.body);
      break;
    case 'autoescape':
      yield* expressionMentions(statement.enabled);
      yield* bodyMentions(statement.body);
      break;
    case 'load':
      yield* expressionMentions(statement.template);
      break;
    case 'block':
      break;
  }
}

/** A name `loop` that something inside a loop assigns, which the loop's own variable forbids. */
// parity: jinja2/compiler.py:CodeGenerator.visit_For
export function assignedLoop(statement: Statement): Name | undefined {
  switch (statement.kind) {
    case 'for':
      return loopTarget(statement.target) ?? firstAssignedLoop([...statement.body, ...statement.otherwise]);
    case 'if':
      return firstAssignedLoop([...statement.branches.flatMap((branch) => branch.body), ...statement.otherwise]);
    case 'set':
      return loopTarget(statement.target);
    case 'setBlock':
      return loopTarget(statement.target) ?? firstAssignedLoop(statement.body);
    case 'macro':
    case 'callBlock':
    case 'filterBlock':
    case 'with':
    case 'autoescape':
    case 'block':
      return firstAssignedLoop(statement.body);
    case 'output':
    case 'load':
      return undefined;
  }
}

function firstAssignedLoop(body: Body): Name | undefined {
  for (const statement of body) {
    const name = assignedLoop(statement);
    if (name) return name;
  }
  return undefined;
}

function loopTarget(target: Target): Name | undefined {
  if (target.kind === 'name') return target.name === 'loop' ? target : undefined;
  if (target.kind === 'namespace') return undefined;
  for (const item of target.items) {
    const name = loopTarget(item);
    if (name) return name;
  }
  return undefined;
}

/** The blocks of a body at any depth, in order. */
export function blocksOf(body: Body): Extract<Statement, { kind: 'block' }>[] {
  return body.flatMap((statement) => {
    switch (statement.kind) {
      case 'block':
        return [statement, ...blocksOf(statement.body)];
      case 'for':
        return blocksOf([...statement.body, ...statement.otherwise]);
      case 'if':
        return blocksOf([...statement.branches.flatMap((branch) => branch.body), ...statement.otherwise]);
      case 'macro':
      case 'callBlock':
      case 'filterBlock':
      case 'with':
      case 'setBlock':
      case 'autoescape':
        return blocksOf(statement.body);
      default:
        return [];
    }
  });
}

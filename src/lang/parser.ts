import type {
  Arguments,
  BinaryOperator,
  Body,
  Call,
  CompareOperator,
  Comparison,
  Expression,
  Filter,
  Keyword,
  LoadTag,
  Name,
  Signature,
  Statement,
  Target,
} from './ast.ts';
import { type Position, TemplateSyntaxError } from './errors.ts';
import { type Token, type TokenType, tokenize } from './lexer.ts';
import { makeFloat, makeInt, type PythonErrorType, type Value } from './values.ts';

/** How deep expressions and statements may be nested. */
const MAX_DEPTH = 200;

const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=']);
const PRODUCTS: ReadonlySet<string> = new Set(['*', '/', '//', '%']);
const CONSTANTS: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['none', null],
  ['None', null],
]);
const NO_ARGUMENTS: Arguments = { args: [], keywords: [], dynamicArgs: undefined, dynamicKeywords: undefined };
const TEST_ARGUMENT_STARTS: ReadonlySet<TokenType> = new Set(['name', 'string', 'integer', 'float', '[', '{']);

/** Parses a normalised template; raises TemplateSyntaxError. */
// parity: jinja2/parser.py:Parser
export function parse(source: string): Body {
  return new Parser(tokenize(source)).template();
}

class Parser {
  readonly #tokens: Token[];
  #index = 0;
  #depth = 0;
  readonly #openTags: string[] = [];
  readonly #awaited: (readonly string[])[] = [];

  constructor(tokens: Token[]) {
    this.#tokens = tokens;
  }

  template(): Body {
    return this.#body(undefined);
  }

  get #current(): Token {
    return this.#tokens[this.#index] as Token;
  }

  get #following(): Token {
    return this.#tokens[Math.min(this.#index + 1, this.#tokens.length - 1)] as Token;
  }

  #next(): Token {
    const token = this.#current;
    if (token.type !== 'eof') this.#index++;
    return token;
  }

  #is(type: TokenType): boolean {
    return this.#current.type === type;
  }

  #isName(name: string): boolean {
    return isName(this.#current, name);
  }

  #skip(type: TokenType): boolean {
    const found = this.#is(type);
    if (found) this.#next();
    return found;
  }

  #skipName(name: string): boolean {
    const found = this.#isName(name);
    if (found) this.#next();
    return found;
  }

  #expect(type: TokenType): Token {
    if (!this.#is(type)) this.#unexpected(describeType(type));
    return this.#next();
  }

  #expectName(name: string): Token {
    if (!this.#isName(name)) this.#unexpected(name);
    return this.#next();
  }

  #unexpected(expected: string): never {
    const token = this.#current;
    if (token.type === 'eof') this.#fail(`unexpected end of template, expected '${expected}'.`);
    this.#fail(`expected token '${expected}', got '${describe(token)}'`);
  }

  #fail(message: string, at: Position = this.#current.at, type?: PythonErrorType): never {
    throw new TemplateSyntaxError(message, at, type);
  }

  #nested<T>(parse: () => T): T {
    if (++this.#depth > MAX_DEPTH) this.#fail('too many nested parts', this.#current.at, 'RecursionError');
    const result = parse();
    this.#depth--;
    return result;
  }

  // Statements

  /** Parses up to one of the end tags, whose name is then the current token; without end tags up to the end. */
  #body(endTags: readonly string[] | undefined): Body {
    if (endTags) this.#awaited.push(endTags);
    const body: Statement[] = [];
    let parts: (string | Expression)[] = [];
    let partsAt = 0;
    const flush = (): void => {
      if (parts.length > 0) body.push({ kind: 'output', parts, at: partsAt });
      parts = [];
    };
    while (!this.#is('eof')) {
      const token = this.#next();
      if (token.type === 'block_begin') {
        flush();
        const tag = this.#current;
        if (endTags && tag.type === 'name' && endTags.includes(tag.text)) {
          this.#awaited.pop();
          return body;
        }
        body.push(this.#nested(() => this.#statement()));
        this.#expect('block_end');
        continue;
      }
      if (parts.length === 0) partsAt = token.at;
      if (token.type === 'data') parts.push(token.text);
      else {
        parts.push(this.#tuple({}));
        this.#expect('variable_end');
      }
    }
    flush();
    if (endTags) this.#failUnclosed(undefined);
    return body;
  }

  #failUnclosed(tag: string | undefined, at?: Position): never {
    const looking = this.#awaited
      .at(-1)
      ?.map((name) => `'${name}'`)
      .join(' or ');
    const message = [tag === undefined ? 'Unexpected end of template.' : `Encountered unknown tag '${tag}'.`];
    if (looking) {
      message.push(
        tag !== undefined && this.#awaited.some((names) => names.includes(tag))
          ? `You probably made a nesting mistake. Jinja is expecting this tag, but currently looking for ${looking}.`
          : `Jinja was looking for the following tags: ${looking}.`,
      );
    }
    const open = this.#openTags.at(-1);
    if (open) message.push(`The innermost block that needs to be closed is '${open}'.`);
    this.#fail(message.join(' '), at);
  }

  /** Parses the end of the current tag and the statements up to one of the end tags. */
  #statements(...endTags: string[]): Body {
    this.#skip(':');
    this.#expect('block_end');
    return this.#body(endTags);
  }

  /** Like `#statements` for a single end tag, which is read as well. */
  #statementsTo(endTag: string): Body {
    const body = this.#statements(endTag);
    this.#next();
    return body;
  }

  #statement(): Statement {
    const token = this.#current;
    if (token.type !== 'name') this.#fail('tag name expected');
    const parse = this.#statementParser(token.text);
    if (!parse) this.#failUnclosed(token.text, token.at);
    this.#openTags.push(token.text);
    this.#next();
    const statement = parse(token.at);
    this.#openTags.pop();
    return statement;
  }

  #statementParser(tag: string): ((at: Position) => Statement) | undefined {
    switch (tag) {
      case 'for':
        return (at) => this.#for(at);
      case 'if':
        return (at) => this.#if(at);
      case 'block':
        return (at) => this.#block(at);
      case 'print':
        return (at) => this.#print(at);
      case 'macro':
        return (at) => this.#macro(at);
      case 'set':
        return (at) => this.#set(at);
      case 'with':
        return (at) => this.#with(at);
      case 'autoescape':
        return (at) => ({ kind: 'autoescape', at, enabled: this.#expression(), body: this.#statementsTo('endautoescape') });
      case 'call':
        return (at) => this.#callBlock(at);
      case 'filter':
        return (at) => ({ kind: 'filterBlock', at, filter: this.#blockFilter(), body: this.#statementsTo('endfilter') });
      case 'extends':
      case 'include':
      case 'import':
      case 'from':
        return (at) => this.#load(tag, at);
      default:
        return undefined;
    }
  }

  #for(at: Position): Statement {
    const target = this.#target({ ends: ['in'] });
    this.#expectName('in');
    const iterable = this.#tuple({ conditions: false, ends: ['recursive'] });
    const test = this.#skipName('if') ? this.#expression() : undefined;
    const recursive = this.#skipName('recursive');
    const body = this.#statements('endfor', 'else');
    const otherwise = this.#next().text === 'endfor' ? [] : this.#statementsTo('endfor');
    return { kind: 'for', at, target, iterable, body, otherwise, test, recursive };
  }

  #if(at: Position): Statement {
    const branches: { test: Expression; body: Body }[] = [];
    for (;;) {
      const test = this.#tuple({ conditions: false });
      branches.push({ test, body: this.#statements('elif', 'else', 'endif') });
      const end = this.#next().text;
      if (end === 'elif') continue;
      return { kind: 'if', at, branches, otherwise: end === 'else' ? this.#statementsTo('endif') : [] };
    }
  }

  #block(at: Position): Statement {
    const name = this.#expect('name').text;
    const scoped = this.#skipName('scoped');
    const required = this.#skipName('required');
    if (this.#is('-')) {
      this.#fail('Block names in Jinja have to be valid Python identifiers and may not contain hyphens, use an underscore instead.');
    }
    const body = this.#statementsTo('endblock');
    if (required && !body.every(isBlank)) this.#fail('Required blocks can only contain comments or whitespace');
    this.#skipName(name);
    return { kind: 'block', at, name, scoped, required, body };
  }

  #print(at: Position): Statement {
    const parts: Expression[] = [];
    while (!this.#is('block_end')) {
      if (parts.length > 0) this.#expect(',');
      parts.push(this.#expression());
    }
    return { kind: 'output', at, parts };
  }

  #macro(at: Position): Statement {
    const name = this.#nameTarget().name;
    const signature = this.#signature();
    return { kind: 'macro', at, name, ...signature, body: this.#statementsTo('endmacro') };
  }

  #callBlock(at: Position): Statement {
    const signature = this.#is('(') ? this.#signature() : { parameters: [], defaults: [] };
    const call = this.#expression();
    if (call.kind !== 'call') this.#fail('expected call', at);
    return { kind: 'callBlock', at, call: call as Call, ...signature, body: this.#statementsTo('endcall') };
  }

  #signature(): Signature {
    const parameters: Name[] = [];
    const defaults: Expression[] = [];
    this.#expect('(');
    while (!this.#is(')')) {
      if (parameters.length > 0) this.#expect(',');
      const parameter = this.#nameTarget();
      if (this.#skip('=')) defaults.push(this.#expression());
      else if (defaults.length > 0) this.#fail('non-default argument follows default argument');
      parameters.push(parameter);
    }
    this.#expect(')');
    return { parameters, defaults };
  }

  #set(at: Position): Statement {
    const target = this.#target({ namespaces: true });
    if (this.#skip('=')) return { kind: 'set', at, target, value: this.#tuple({}) };
    const filter = this.#filters(undefined);
    return { kind: 'setBlock', at, target, filter, body: this.#statementsTo('endset') };
  }

  #with(at: Position): Statement {
    const targets: Target[] = [];
    const values: Expression[] = [];
    while (!this.#is('block_end')) {
      if (targets.length > 0) this.#expect(',');
      targets.push(this.#target({}));
      this.#expect('=');
      values.push(this.#expression());
    }
    return { kind: 'with', at, targets, values, body: this.#statementsTo('endwith') };
  }

  #load(tag: LoadTag, at: Position): Statement {
    const template = this.#expression();
    const names: string[] = [];
    if (tag === 'include' && this.#isName('ignore') && isName(this.#following, 'missing')) {
      this.#next();
      this.#next();
    } else if (tag === 'import') {
      this.#expectName('as');
      names.push(this.#nameTarget().name);
    } else if (tag === 'from') {
      this.#expectName('import');
      this.#importedNames(names);
    }
    if (tag !== 'extends') this.#contextClause();
    return { kind: 'load', at, tag, template, names };
  }

  #importedNames(names: string[]): void {
    do {
      if (names.length > 0 && this.#contextClause()) return;
      const name = this.#nameTarget();
      if (name.name.startsWith('_')) {
        this.#fail('names starting with an underline can not be imported', name.at, 'TemplateAssertionError');
      }
      names.push(this.#skipName('as') ? this.#nameTarget().name : name.name);
    } while (this.#skip(','));
  }

  #contextClause(): boolean {
    if (!(this.#isName('with') || this.#isName('without')) || !isName(this.#following, 'context')) return false;
    this.#next();
    this.#next();
    return true;
  }

  // Targets

  #nameTarget(): Name {
    const token = this.#expect('name');
    const name: Name = { kind: 'name', name: token.text, at: token.at };
    this.#assignable(name);
    return name;
  }

  #assignable(target: Target): void {
    if (target.kind === 'name' && CONSTANTS.has(target.name)) this.#fail("can't assign to 'name'", target.at);
    if (target.kind === 'targets') for (const item of target.items) this.#assignable(item);
  }

  #target(options: { ends?: readonly string[]; namespaces?: boolean }): Target {
    const at = this.#current.at;
    const items: Target[] = [];
    let isTuple = false;
    for (;;) {
      if (items.length > 0) this.#expect(',');
      if (this.#atTupleEnd(options.ends)) break;
      items.push(this.#targetItem(options.namespaces ?? false));
      if (!this.#is(',')) break;
      isTuple = true;
    }
    const [only] = items;
    if (isTuple) return { kind: 'targets', items, at };
    if (!only) this.#fail(`Expected an expression, got '${describe(this.#current)}'`);
    return only;
  }

  #targetItem(namespaces: boolean): Target {
    const token = this.#current;
    if (token.type === '(') {
      this.#next();
      const inner = this.#is(')')
        ? this.#fail("can't assign to 'tuple'", token.at)
        : this.#nested(() => this.#target({ namespaces: false }));
      this.#expect(')');
      return inner;
    }
    if (token.type !== 'name') this.#fail(`can't assign to '${describe(token)}'`);
    if (namespaces && this.#following.type === '.' && !CONSTANTS.has(token.text)) {
      this.#next();
      this.#next();
      return { kind: 'namespace', name: token.text, attribute: this.#expect('name').text, at: token.at };
    }
    return this.#nameTarget();
  }

  // Expressions

  #expression(conditions = true): Expression {
    return this.#nested(() => (conditions ? this.#condition() : this.#or()));
  }

  #condition(): Expression {
    const at = this.#current.at;
    let then = this.#or();
    while (this.#skipName('if')) {
      const test = this.#or();
      const otherwise = this.#skipName('else') ? this.#nested(() => this.#condition()) : undefined;
      then = { kind: 'condition', at, test, then, otherwise };
    }
    return then;
  }

  #or(): Expression {
    let left = this.#and();
    while (this.#isName('or')) left = { kind: 'or', at: this.#next().at, left, right: this.#and() };
    return left;
  }

  #and(): Expression {
    let left = this.#not();
    while (this.#isName('and')) left = { kind: 'and', at: this.#next().at, left, right: this.#not() };
    return left;
  }

  #not(): Expression {
    if (!this.#isName('not')) return this.#compare();
    return { kind: 'not', at: this.#next().at, operand: this.#nested(() => this.#not()) };
  }

  #compare(): Expression {
    const at = this.#current.at;
    const first = this.#sum();
    const rest: Comparison[] = [];
    let operatorAt = at;
    for (;;) {
      const operator = this.#compareOperator();
      if (operator === undefined) break;
      if (rest.length === 0) operatorAt = this.#tokens[this.#index - 1]?.at ?? at;
      rest.push({ operator, operand: this.#sum() });
    }
    return rest.length === 0 ? first : { kind: 'compare', at: operatorAt, first, rest };
  }

  #compareOperator(): CompareOperator | undefined {
    if (COMPARISONS.has(this.#current.type)) return this.#next().type as CompareOperator;
    if (this.#skipName('in')) return 'in';
    if (this.#isName('not') && isName(this.#following, 'in')) {
      this.#next();
      this.#next();
      return 'not in';
    }
    return undefined;
  }

  #sum(): Expression {
    let left = this.#concat();
    while (this.#is('+') || this.#is('-')) left = this.#binary(left, () => this.#concat());
    return left;
  }

  #binary(left: Expression, operand: () => Expression): Expression {
    const operator = this.#next();
    return { kind: 'binary', at: operator.at, operator: operator.type as BinaryOperator, left, right: operand() };
  }

  #concat(): Expression {
    const first = this.#product();
    if (!this.#is('~')) return first;
    const at = this.#current.at;
    const parts = [first];
    while (this.#skip('~')) parts.push(this.#product());
    return { kind: 'concat', at, parts };
  }

  #product(): Expression {
    let left = this.#power();
    while (PRODUCTS.has(this.#current.type)) left = this.#binary(left, () => this.#power());
    return left;
  }

  #power(): Expression {
    let left = this.#unary(true);
    while (this.#is('**')) left = this.#binary(left, () => this.#unary(true));
    return left;
  }

  #unary(filters: boolean): Expression {
    const token = this.#current;
    let node: Expression;
    if (token.type === '-' || token.type === '+') {
      this.#next();
      const operand = this.#nested(() => this.#unary(false));
      node = { kind: token.type === '-' ? 'negate' : 'positive', at: token.at, operand };
    } else node = this.#primary();
    node = this.#postfix(node);
    return filters ? this.#filterExpression(node) : node;
  }

  #primary(): Expression {
    const token = this.#current;
    switch (token.type) {
      case 'name': {
        this.#next();
        const constant = CONSTANTS.get(token.text);
        if (constant !== undefined) return { kind: 'constant', value: constant, at: token.at };
        return { kind: 'name', name: token.text, at: token.at };
      }
      case 'string': {
        let text = '';
        while (this.#is('string')) text += this.#next().text;
        return { kind: 'constant', value: text, at: token.at };
      }
      case 'integer':
      case 'float':
        this.#next();
        return { kind: 'constant', value: numberOf(token), at: token.at };
      case '(': {
        this.#next();
        const inner = this.#tuple({ parentheses: true });
        this.#expect(')');
        return inner;
      }
      case '[':
        return { kind: 'list', at: token.at, items: this.#items('[', ']', () => this.#expression()) };
      case '{':
        return { kind: 'dict', at: token.at, pairs: this.#items('{', '}', () => this.#pair()) };
      default:
        this.#fail(`unexpected '${describe(token)}'`);
    }
  }

  #items<T>(open: TokenType, close: TokenType, parse: () => T): T[] {
    const items: T[] = [];
    this.#expect(open);
    while (!this.#is(close)) {
      if (items.length > 0) this.#expect(',');
      if (this.#is(close)) break;
      items.push(parse());
    }
    this.#expect(close);
    return items;
  }

  #pair(): readonly [Expression, Expression] {
    const key = this.#expression();
    this.#expect(':');
    return [key, this.#expression()];
  }

  /** One expression, or several with commas between them, which are a tuple; `ends` are names that end it. */
  #tuple(options: { conditions?: boolean; ends?: readonly string[]; parentheses?: boolean }): Expression {
    const at = this.#current.at;
    const items: Expression[] = [];
    let isTuple = false;
    for (;;) {
      if (items.length > 0) this.#expect(',');
      if (this.#atTupleEnd(options.ends)) break;
      items.push(this.#expression(options.conditions));
      if (!this.#is(',')) break;
      isTuple = true;
    }
    const [only] = items;
    if (!isTuple && only) return only;
    if (!isTuple && !options.parentheses) this.#fail(`Expected an expression, got '${describe(this.#current)}'`);
    return { kind: 'tuple', items, at };
  }

  #atTupleEnd(ends: readonly string[] | undefined): boolean {
    const { type, text } = this.#current;
    if (type === 'variable_end' || type === 'block_end' || type === ')') return true;
    return type === 'name' && ends !== undefined && ends.includes(text);
  }

  #postfix(start: Expression): Expression {
    let node = start;
    for (;;) {
      if (this.#is('.') || this.#is('[')) node = this.#subscript(node);
      else if (this.#is('(')) node = this.#call(node);
      else return node;
    }
  }

  #filterExpression(start: Expression): Expression {
    let node = start;
    for (;;) {
      if (this.#is('|')) node = this.#filters(node) as Filter;
      else if (this.#isName('is')) node = this.#test(node);
      else if (this.#is('(')) node = this.#call(node);
      else return node;
    }
  }

  #subscript(owner: Expression): Expression {
    const { type, at } = this.#next();
    if (type === '[') return { kind: 'item', at, owner, key: this.#subscriptKey(at) };
    const token = this.#next();
    if (token.type === 'name') return { kind: 'attribute', at: token.at, owner, name: token.text };
    if (token.type !== 'integer') this.#fail('expected name or number', token.at);
    return { kind: 'item', at, owner, key: { kind: 'constant', value: numberOf(token), at: token.at } };
  }

  #subscriptKey(at: Position): Expression {
    const keys: Expression[] = [];
    while (!this.#is(']')) {
      if (keys.length > 0) this.#expect(',');
      keys.push(this.#subscribed());
    }
    this.#expect(']');
    const [only] = keys;
    return only && keys.length === 1 ? only : { kind: 'tuple', items: keys, at };
  }

  #subscribed(): Expression {
    const at = this.#current.at;
    let start: Expression | undefined;
    if (!this.#is(':')) {
      start = this.#expression();
      if (!this.#is(':')) return start;
    }
    this.#next();
    const stop = this.#slicePart();
    const step = this.#skip(':') ? this.#slicePart() : undefined;
    return { kind: 'slice', at, start, stop, step };
  }

  #slicePart(): Expression | undefined {
    return this.#is(':') || this.#is(']') || this.#is(',') ? undefined : this.#expression();
  }

  #call(callee: Expression): Expression {
    const at = this.#current.at;
    return { kind: 'call', at, callee, ...this.#arguments() };
  }

  #arguments(): Arguments {
    const at = this.#expect('(').at;
    const args: Expression[] = [];
    const keywords: Keyword[] = [];
    let dynamicArgs: Expression | undefined;
    let dynamicKeywords: Expression | undefined;
    const ensure = (valid: boolean): void => {
      if (!valid) this.#fail('invalid syntax for function call expression', at);
    };
    for (let first = true; !this.#is(')'); first = false) {
      if (!first) {
        this.#expect(',');
        if (this.#is(')')) break;
      }
      if (this.#skip('*')) {
        ensure(!dynamicArgs && !dynamicKeywords);
        dynamicArgs = this.#expression();
      } else if (this.#skip('**')) {
        ensure(!dynamicKeywords);
        dynamicKeywords = this.#expression();
      } else if (this.#is('name') && this.#following.type === '=') {
        ensure(!dynamicKeywords);
        const name = this.#next().text;
        this.#next();
        keywords.push({ name, value: this.#expression() });
      } else {
        ensure(!dynamicArgs && !dynamicKeywords && keywords.length === 0);
        args.push(this.#expression());
      }
    }
    this.#expect(')');
    return { args, keywords, dynamicArgs, dynamicKeywords };
  }

  #dottedName(): Token {
    const token = this.#expect('name');
    let text = token.text;
    while (this.#skip('.')) text += `.${this.#expect('name').text}`;
    return { ...token, text };
  }

  /** The filters that follow, applied to `input`; undefined when there is neither. */
  #filters<T extends Expression | undefined>(input: T): T | Filter {
    let node: T | Filter = input;
    while (this.#skip('|')) node = this.#filter(node);
    return node;
  }

  #filter(input: Expression | undefined): Filter {
    const name = this.#dottedName();
    return { kind: 'filter', at: name.at, input, name: name.text, ...(this.#is('(') ? this.#arguments() : NO_ARGUMENTS) };
  }

  #blockFilter(): Filter {
    return this.#filters(this.#filter(undefined));
  }

  #test(input: Expression): Expression {
    this.#next();
    const at = this.#current.at;
    const negated = this.#skipName('not');
    const name = this.#dottedName();
    const test: Expression = { kind: 'test', at: name.at, input, name: name.text, ...this.#testArguments() };
    return negated ? { kind: 'not', at, operand: test } : test;
  }

  #testArguments(): Arguments {
    if (this.#is('(')) return this.#arguments();
    const { type, text } = this.#current;
    const isWord = type === 'name' && (text === 'else' || text === 'or' || text === 'and');
    if (!TEST_ARGUMENT_STARTS.has(type) || isWord) return NO_ARGUMENTS;
    if (this.#isName('is')) this.#fail('You cannot chain multiple tests with is');
    return { ...NO_ARGUMENTS, args: [this.#postfix(this.#primary())] };
  }
}

function isName(token: Token, name: string): boolean {
  return token.type === 'name' && token.text === name;
}

function isBlank(statement: Statement): boolean {
  return statement.kind === 'output' && statement.parts.every((part) => typeof part === 'string' && part.trim() === '');
}

function numberOf(token: Token): Value {
  return token.type === 'integer' ? makeInt(BigInt(token.text)) : makeFloat(Number(token.text));
}

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  variable_begin: 'begin of print statement',
  variable_end: 'end of print statement',
  block_begin: 'begin of statement block',
  block_end: 'end of statement block',
  data: 'template data / text',
  eof: 'end of template',
};

function describeType(type: TokenType): string {
  return DESCRIPTIONS[type] ?? type;
}

function describe(token: Token): string {
  return token.type === 'name' ? token.text : describeType(token.type);
}

/** One step of a JSONPath from a value to those below it. */
export type Step =
  | { readonly kind: 'names'; readonly names: readonly string[] }
  | { readonly kind: 'indexes'; readonly indexes: readonly number[] }
  | { readonly kind: 'all' }
  | { readonly kind: 'slice'; readonly from: number | undefined; readonly to: number | undefined; readonly by: number }
  | { readonly kind: 'filter'; readonly tests: readonly Test[] }
  /** The step from the value itself and from everything below it. */
  | { readonly kind: 'below'; readonly step: Step };

/** A condition of a filter: something is there, or it compares with a constant. */
export interface Test {
  readonly path: readonly Step[];
  readonly operator: '==' | '!=' | '<' | '<=' | '>' | '>=' | '=~' | undefined;
  readonly operand: string | number | boolean | RegExp | undefined;
}

/** A text is no JSONPath, or one of a kind that is not understood. */
export class JsonPathError extends Error {
  override readonly name = 'JsonPathError';
}

const BLANKS = /\s*/y;
const NAME = /[A-Za-z_@][A-Za-z0-9_@-]*/y;
const INTEGER = /-?\d+/y;
const NUMBER = /-?\d+(?:\.\d+)?/y;
const QUOTED = /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/y;
const OPERATOR = /==|!=|<=|>=|=~|=|<|>/y;

/** The branches of a JSONPath, each a list of steps; throws JsonPathError that tells the column. */
export function parseJsonPath(text: string): readonly (readonly Step[])[] {
  let at = 0;

  function fail(what: string): never {
    throw new JsonPathError(`${JSON.stringify(text)} is no JSONPath that can be used: ${what} at column ${at + 1}`);
  }

  function read(pattern: RegExp): string | undefined {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  }

  function skip(): void {
    read(BLANKS);
  }

  function accept(token: string): boolean {
    skip();
    if (!text.startsWith(token, at)) return false;
    at += token.length;
    return true;
  }

  function expect(token: string): void {
    if (!accept(token)) fail(`"${token}" is missing`);
  }

  function name(): string | undefined {
    skip();
    const quoted = read(QUOTED);
    return quoted === undefined ? (read(NAME) ?? read(INTEGER)) : unquote(quoted);
  }

  function names(): Step | undefined {
    if (accept('*')) return { kind: 'all' };
    const first = name();
    if (first === undefined) return undefined;
    const list = [first];
    while (accept(',')) list.push(name() ?? fail('a name is missing'));
    return { kind: 'names', names: list };
  }

  function integer(): number | undefined {
    skip();
    const digits = read(INTEGER);
    return digits === undefined ? undefined : Number(digits);
  }

  function bracket(): Step {
    const step = inBrackets();
    expect(']');
    return step;
  }

  function inBrackets(): Step {
    if (accept('*')) return { kind: 'all' };
    if (accept('?')) return filter();
    const from = integer();
    if (accept(':')) {
      const to = integer();
      const by = accept(':') ? (integer() ?? 1) : 1;
      return by === 0 ? fail('a slice cannot go by 0') : { kind: 'slice', from, to, by };
    }
    if (from !== undefined) {
      const indexes = [from];
      while (accept(',')) indexes.push(integer() ?? fail('an index is missing'));
      return { kind: 'indexes', indexes };
    }
    return names() ?? fail('a name, an index, a slice or a filter is missing');
  }

  function filter(): Step {
    const isEnclosed = accept('(');
    const tests = [test()];
    while (accept('&')) tests.push(test());
    if (isEnclosed) expect(')');
    return { kind: 'filter', tests };
  }

  function test(): Test {
    const path = steps();
    skip();
    const operator = read(OPERATOR)?.replace(/^=$/, '==') as Test['operator'];
    if (operator === undefined) return { path, operator, operand: undefined };
    const operand = constant();
    if (operator !== '=~') return { path, operator, operand };
    if (typeof operand !== 'string') return fail('"=~" takes a text');
    return { path, operator, operand: new RegExp(`^(?:${operand})`) };
  }

  function constant(): string | number | boolean {
    skip();
    const quoted = read(QUOTED);
    if (quoted !== undefined) return unquote(quoted);
    const digits = read(NUMBER);
    if (digits !== undefined) return Number(digits);
    if (accept('true')) return true;
    if (accept('false')) return false;
    return fail('a text, a number, true or false is missing');
  }

  function steps(): Step[] {
    const list: Step[] = [];
    skip();
    const isRooted = accept('$') || /^@(?![A-Za-z0-9_@-])/.test(text.slice(at)) ? true : undefined;
    if (isRooted && text[at] === '@') at += 1;
    if (!isRooted) {
      const first = accept('[') ? bracket() : names();
      list.push(first ?? fail('a name is missing'));
    }
    for (;;) {
      if (accept('..')) list.push({ kind: 'below', step: accept('[') ? bracket() : (names() ?? fail('a name is missing')) });
      else if (accept('[')) list.push(bracket());
      else if (accept('.')) list.push(accept('[') ? bracket() : (names() ?? fail('a name is missing')));
      else return list;
    }
  }

  const branches = [steps()];
  while (accept('|')) branches.push(steps());
  skip();
  if (at < text.length) fail(`${JSON.stringify(text[at])} is not expected`);
  return branches;
}

function unquote(quoted: string): string {
  return quoted.slice(1, -1).replace(/\\(.)/g, '$1');
}

import { exactNumber, type Json, type JsonObject } from '../../lib/json.ts';
import { isPlainObject, setOwnProperty } from '../../lib/objects.ts';
import { instance, knownClass } from './python-classes.ts';
import { type Token, tokenize } from './python-tokens.ts';

/** The key of an object that stands for Python code which is no config: its value is the source. */
export const CODE = '$python';

/** What names stand for. */
export type Variables = ReadonlyMap<string, Json>;

/** Thrown at an expression that is no config. */
export class NoConfig extends Error {}

/** Reads the expression that begins at a token. */
export interface Reader {
  /** Its value; code that is no config becomes an object with the key `$python`. */
  value(): Json;
  /** Its value when it is all that is left; undefined when there is more, or when it is no config. */
  only(): Json | undefined;
  /** The arguments in brackets; throws NoConfig for what are none. */
  callArguments(): [positional: Json[], byName: JsonObject];
}

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** A reader of the expression at a token of some Python source. */
export function createReader(source: string, tokens: readonly Token[], variables: Variables, start = 0): Reader {
  let at = start;
  let depth = 0;

  const here = (): Token => tokens[at] as Token;
  const is = (operator: string): boolean => here().kind === 'operator' && here().source === operator;
  const isClosing = (): boolean => is(')') || is(']') || is('}');

  function next(): void {
    at += 1;
    while (depth > 0 && here().kind === 'newline') at += 1;
  }

  function accept(operator: string): boolean {
    if (!is(operator)) return false;
    next();
    return true;
  }

  function require(condition: boolean): void {
    if (!condition) throw new NoConfig();
  }

  /** Reads items with commas between them up to a closing bracket; tells whether there was a comma. */
  function enclosed(close: string, item: () => void): boolean {
    let hasComma = false;
    depth += 1;
    next();
    while (!is(close)) {
      item();
      if (is(close)) break;
      require(accept(','));
      hasComma = true;
    }
    depth -= 1;
    next();
    return hasComma;
  }

  function value(): Json {
    const [begin, beginDepth] = [at, depth];
    try {
      const read = choice();
      if (is(',') || isClosing() || here().kind === 'newline' || here().kind === 'end') return read;
    } catch (error) {
      if (!(error instanceof NoConfig)) throw error;
    }
    at = begin;
    depth = beginDepth;
    return code();
  }

  /** The source up to the comma or the bracket after it. */
  function code(): Json {
    const begin = here().at;
    const closers: string[] = [];
    let isLambda = here().source === 'lambda';
    for (; here().kind !== 'end'; at += 1) {
      if (here().kind === 'newline' && closers.length === 0 && depth === 0) break;
      if (here().kind !== 'operator') continue;
      if (closers.length === 0 && (isClosing() || (is(',') && !isLambda))) break;
      if (closers.length === 0 && is(':')) isLambda = false;
      const closing = CLOSING[here().source];
      if (closing !== undefined) closers.push(closing);
      else if (here().source === closers.at(-1)) closers.pop();
    }
    return { [CODE]: source.slice(begin, here().at).trim() };
  }

  /** An expression, or `a if b else c`, where a reference counts as there. */
  function choice(): Json {
    const read = expression();
    if (here().source !== 'if') return read;
    next();
    const condition = expression();
    require(here().source === 'else');
    next();
    const otherwise = expression();
    return condition === null || condition === false || condition === '' ? otherwise : read;
  }

  function expression(): Json {
    const { kind, source: token } = here();
    if (kind === 'text') return text();
    if (kind === 'number') return number('');
    if (kind === 'name') return named();
    if (is('{')) return dict();
    if (is('[')) return list();
    if (is('(')) return tuple();
    require(is('-') || is('+'));
    next();
    require(here().kind === 'number');
    return number(token === '-' ? '-' : '');
  }

  /** One text, or several in a row. */
  function text(): string {
    let whole = '';
    for (; here().kind === 'text'; next()) {
      const { text: part, formatted } = here();
      require(part !== undefined || formatted !== undefined);
      whole += part ?? withPlaceholders(formatted as string, variables);
    }
    return whole;
  }

  function number(sign: string): Json {
    const digits = `${sign}${here().source.replaceAll('_', '')}`;
    require(/^-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?$/.test(digits));
    next();
    return exactNumber(digits.replace(/^(-?)\./, '$10.').replace(/\.(?=$|[eE])/, '.0'));
  }

  function dict(): JsonObject {
    const object: JsonObject = {};
    enclosed('}', () => {
      if (is('**')) {
        Object.assign(object, unpacked());
        return;
      }
      const key = expression();
      if (typeof key !== 'string' || !accept(':')) throw new NoConfig();
      setOwnProperty(object, key, value());
    });
    return object;
  }

  function unpacked(): JsonObject {
    next();
    const spread = expression();
    if (!isPlainObject(spread) || Object.hasOwn(spread, CODE)) throw new NoConfig();
    return spread as JsonObject;
  }

  function list(): Json[] {
    const items: Json[] = [];
    enclosed(']', () => items.push(value()));
    return items;
  }

  /** A value in brackets, or a tuple, which counts as a list. */
  function tuple(): Json {
    const items: Json[] = [];
    const hasComma = enclosed(')', () => items.push(value()));
    return hasComma || items.length !== 1 ? items : (items[0] as Json);
  }

  function named(): Json {
    let name = here().source;
    next();
    const constant = { None: null, True: true, False: false }[name];
    if (constant !== undefined) return constant;
    while (is('.')) {
      next();
      require(here().kind === 'name');
      name += `.${here().source}`;
      next();
    }
    const reference = referenceTo(name);
    if (reference !== undefined) return reference;
    // A type that is stated for the value, as in incremental[str]("id").
    if (is('[') && knownClass(name) !== undefined) list();
    if (is('(')) return call(name);
    const known = variables.get(name);
    if (known === undefined || is('[')) throw new NoConfig();
    return known;
  }

  /** A place in dlt's config or in the environment, as it is written in texts. */
  function referenceTo(name: string): string | undefined {
    if (/^dlt\.(?:secrets|config)\.value$/.test(name)) return name;
    const [, kind] = /^dlt\.(secrets|config)(?:\.get)?$/.exec(name) ?? [];
    if (kind === undefined && !['os.environ', 'os.getenv', 'os.environ.get'].includes(name)) return undefined;
    const [key] = is('[') ? list() : is('(') ? callArguments()[0] : [];
    if (typeof key !== 'string') throw new NoConfig();
    return `dlt.${kind ?? 'secrets'}[${JSON.stringify(key)}]`;
  }

  function call(name: string): Json {
    const known = knownClass(name);
    const made = known && instance(known, ...callArguments());
    if (made === undefined) throw new NoConfig();
    if (accept('.')) {
      // requests.Client(...).session stands for the client.
      require(here().source === 'session');
      next();
    }
    return made;
  }

  function callArguments(): [positional: Json[], byName: JsonObject] {
    const positional: Json[] = [];
    const byName: JsonObject = {};
    require(is('('));
    enclosed(')', () => {
      const { kind, source: key } = here();
      if (is('**')) {
        Object.assign(byName, unpacked());
      } else if (kind === 'name' && tokens[at + 1]?.source === '=') {
        next();
        next();
        setOwnProperty(byName, key, value());
      } else {
        positional.push(value());
      }
    });
    return [positional, byName];
  }

  function only(): Json | undefined {
    try {
      const read = choice();
      return here().kind === 'end' ? read : undefined;
    } catch (error) {
      if (error instanceof NoConfig) return undefined;
      throw error;
    }
  }

  return { value, only, callArguments };
}

/** The inside of an f-string as a text with placeholders; its expressions must be references or constants. */
function withPlaceholders(formatted: string, variables: Variables): string {
  return formatted.replace(/\{\{|\}\}|\{([^{}]*)\}/g, (all, inner?: string) => {
    if (inner === undefined) return all.charAt(0);
    const tokens = tokenize(inner);
    const read = tokens && createReader(inner, tokens, variables).only();
    if (typeof read === 'string' && /^dlt\.(?:secrets|config)[[.]/.test(read)) return `{${read}}`;
    if (typeof read === 'string' || typeof read === 'number') return String(read);
    throw new NoConfig();
  });
}

import { isPlainObject } from '../../lib/objects.ts';
import { type Place, refuse, refuseCode, textAt } from './places.ts';
import { type Token, tokenize } from './python-tokens.ts';
import { CODE } from './python-values.ts';

const HINT = 'Write an expression as a text, such as "record[\'id\'] > 10".';
const WORDS: Readonly<Record<string, string>> = {
  and: 'and',
  or: 'or',
  not: 'not',
  in: 'in',
  is: 'is',
  None: 'none',
  True: 'true',
  False: 'false',
};
const OPERATORS = new Set(['[', ']', '(', ')', ',', '.', '==', '!=', '<', '<=', '>', '>=', '+', '-', '*', '/', '//', '%']);
/** Methods that mean the same in an expression. */
const METHODS = new Set(['startswith', 'endswith', 'lower', 'upper', 'strip', 'get', 'keys', 'values', 'title', 'isdigit', 'isalpha']);

/** A condition or value that is written as an expression over `name`, or as a lambda that is no more than one. */
export function expressionAt(place: Place, name: string): string {
  const { value } = place;
  if (isPlainObject(value) && typeof value[CODE] === 'string') {
    return fromLambda(value[CODE], name) ?? (refuseCode(place, HINT) as never);
  }
  const text = textAt(place, 'An expression').trim();
  if (text === '') refuse(place, 'An expression is empty.', HINT);
  const inner = /^\{\{((?:(?!\}\}|\{\{)[\s\S])*)\}\}$/.exec(text)?.[1]?.trim();
  if (inner !== undefined) return inner;
  if (/\{[{%]/.test(text)) refuse(place, 'An expression is one value: it cannot hold further braces or blocks.', HINT);
  return text;
}

/** The expression that a lambda gives; undefined when it does anything that an expression cannot. */
function fromLambda(code: string, name: string): string | undefined {
  const [, parameter, body] = /^lambda\s+([A-Za-z_]\w*)\s*:([\s\S]+)$/.exec(code) ?? [];
  const tokens = body === undefined ? undefined : tokenize(body);
  if (parameter === undefined || tokens === undefined) return undefined;
  const parts: string[] = [];
  for (const [index, token] of tokens.entries()) {
    const part = partOf(token, tokens[index - 1], parameter, name);
    if (part === undefined) return undefined;
    if (part !== '') parts.push(part);
  }
  return parts
    .join(' ')
    .replace(/ ?([[\].(]) ?/g, '$1')
    .replace(/ (?=[),])/g, '')
    .replace(/\b(and|or|not|in|is)(?=[[(])/g, '$1 ');
}

function partOf({ kind, source, text }: Token, before: Token | undefined, parameter: string, name: string): string | undefined {
  if (kind === 'end' || kind === 'newline') return '';
  if (kind === 'number') return source;
  if (kind === 'text') return text === undefined ? undefined : `'${text.replace(/[\\']/g, '\\$&')}'`;
  if (kind === 'operator') return OPERATORS.has(source) ? source : undefined;
  if (before?.source === '.') return METHODS.has(source) ? source : undefined;
  if (source === parameter) return name;
  return Object.hasOwn(WORDS, source) ? WORDS[source] : undefined;
}

/** An expression over `value` with another expression in its stead. */
export function applied(expression: string, value: string): string {
  return expression.replace(
    /('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?<![\w.])value(?!\w)/g,
    (_all, quoted?: string) => quoted ?? `(${value})`,
  );
}

import type * as vm from 'node:vm';
import { PythonError } from './values.ts';

/** The longest that one search may take, in milliseconds. */
const MOST_TIME = 1000;
/** Texts up to this length cannot take long by a pattern with quantifiers in quantifiers, or by one with several of them in a row. */
const [SHORT_NESTED, SHORT_PLAIN] = [20, 2000];

type Exec = (regexp: RegExp, text: string) => RegExpExecArray | null;

/** Runs a pattern on a text, under a clock where it may take time without end; raises the PythonError `TimeoutError` then. */
export function guardedExec(source: string): Exec {
  const risk = riskOf(source);
  if (risk === 'none') return (regexp, text) => regexp.exec(text);
  const longest = risk === 'nested' ? SHORT_NESTED : SHORT_PLAIN;
  return (regexp, text) => (text.length <= longest ? regexp.exec(text) : execTimed(regexp, text));
}

let sandbox: { readonly context: vm.Context; readonly script: vm.Script } | undefined;

function execTimed(regexp: RegExp, text: string): RegExpExecArray | null {
  if (sandbox === undefined) {
    const { createContext, Script } = process.getBuiltinModule('node:vm');
    sandbox = { context: createContext({}), script: new Script('regexp.exec(text)') };
  }
  const { context, script } = sandbox;
  Object.assign(context, { regexp, text });
  try {
    return script.runInContext(context, { timeout: MOST_TIME }) as RegExpExecArray | null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    throw new PythonError(
      'TimeoutError',
      `the regular expression ${regexp.source} takes more than ${MOST_TIME} ms for a text of ${text.length} characters`,
    );
  }
}

/** How badly a pattern may behave: with a quantifier around alternatives or around another one, or with several without a bound. */
function riskOf(source: string): 'none' | 'several' | 'nested' {
  const groups: { isLoose: boolean }[] = [{ isLoose: false }];
  let unbounded = 0;
  let classDepth = 0;
  for (let at = 0; at < source.length; at += 1) {
    const character = source[at];
    if (character === '\\') at += 1;
    else if (character === '[') classDepth += 1;
    else if (character === ']') classDepth -= 1;
    else if (classDepth > 0) continue;
    else if (character === '(') groups.push({ isLoose: false });
    else if (character === '|') loosen(groups);
    else if (character === ')') {
      const closed = groups.pop();
      if (closed?.isLoose === true) {
        if (/^(?:[*+]|\{\d+,\d*\})/.test(source.slice(at + 1, at + 12))) return 'nested';
        loosen(groups);
      }
    } else if (character === '*' || character === '+' || /^\{\d*,\}/.test(source.slice(at, at + 8))) {
      unbounded += 1;
      loosen(groups);
    }
  }
  return unbounded > 1 ? 'several' : 'none';
}

function loosen(groups: { isLoose: boolean }[]): void {
  const group = groups.at(-1);
  if (group !== undefined) group.isLoose = true;
}

import type { Json, JsonObject } from '../../lib/json.ts';
import { isPlainObject } from '../../lib/objects.ts';
import { looksLikePython } from './detect.ts';
import { type Token, tokenize } from './python-tokens.ts';
import { CODE, createReader, NoConfig, type Variables } from './python-values.ts';

export { CODE } from './python-values.ts';

const SOURCES = new Set(['rest_api_source', 'rest_api_resources', 'rest_api']);

/**
 * The config in Python source: the argument of `rest_api_source` or `rest_api_resources`, with the other arguments as keys beside its own, or
 * else the first dict with a client and resources. Texts, numbers, lists and dicts are read, dlt's own classes become what they are written
 * as in a dict, and other code becomes an object with the key `$python`. Undefined when there is none.
 */
export function readPython(text: string): JsonObject | undefined {
  const source = fenced(text);
  const tokens = tokenize(source);
  if (tokens === undefined) return undefined;
  const variables = assignments(source, tokens);
  return argumentOfSource(source, tokens, variables) ?? firstConfig(source, tokens, variables);
}

/** The first block of a Markdown text that makes a source; the text itself when it has no blocks. */
function fenced(text: string): string {
  const blocks = [...text.matchAll(/^```(?:python|py)?[ \t]*\r?\n([\s\S]*?)^```/gm)].map(([, block = '']) => block);
  return blocks.find(looksLikePython) ?? text;
}

/** What names are assigned, and the defaults of parameters, in the order of the source. */
function assignments(source: string, tokens: readonly Token[]): Variables {
  const found = new Map<string, Json>();
  tokens.forEach(({ kind, source: name }, start) => {
    const before = tokens[start - 1];
    const begins = before === undefined || before.kind === 'newline' || before.source === '(' || before.source === ',';
    const equals = kind === 'name' && begins ? equalsAfter(tokens, start + 1) : undefined;
    if (equals !== undefined) found.set(name, createReader(source, tokens, found, equals + 1).value());
  });
  return found;
}

/** Where the `=` of an assignment stands, perhaps behind an annotation; undefined when there is none. */
function equalsAfter(tokens: readonly Token[], start: number): number | undefined {
  let at = start;
  if (tokens[at]?.source === ':') {
    while (!['=', ',', ')'].includes(tokens[at]?.source ?? '=') && tokens[at]?.kind !== 'newline') at += 1;
  }
  return tokens[at]?.source === '=' ? at : undefined;
}

function argumentOfSource(source: string, tokens: readonly Token[], variables: Variables): JsonObject | undefined {
  for (const [start, { kind, source: name }] of tokens.entries()) {
    if (kind !== 'name' || !SOURCES.has(name) || tokens[start + 1]?.source !== '(' || tokens[start - 1]?.source === 'def') continue;
    try {
      const [[first = {}], byName] = createReader(source, tokens, variables, start + 1).callArguments();
      const { config = first, ...others } = byName;
      if (isPlainObject(config) && !Object.hasOwn(config, CODE)) return { ...(config as JsonObject), ...others };
    } catch (error) {
      if (!(error instanceof NoConfig)) throw error;
    }
  }
  return undefined;
}

function firstConfig(source: string, tokens: readonly Token[], variables: Variables): JsonObject | undefined {
  const begin = tokens.findIndex(({ kind }) => kind !== 'newline');
  const alone = tokens[begin]?.source === '{' ? [createReader(source, tokens, variables, begin).value()] : [];
  return [...variables.values(), ...alone].find(isConfig);
}

function isConfig(value: Json): value is JsonObject {
  return isPlainObject(value) && Object.hasOwn(value, 'client') && Object.hasOwn(value, 'resources');
}

import { exactNumber, type Json, parseJson } from './json.ts';

const TOKENS = /"(?:[^"\\]|\\.)*"|-?Infinity|-?NaN/gs;
// Numbers that no document holds, which stand for the words while JSON.parse reads them.
const STAND_INS: Readonly<Record<string, readonly [source: string, value: number]>> = {
  NaN: ['9.1e-99999901', Number.NaN],
  Infinity: ['9.1e-99999902', Infinity],
  '-Infinity': ['-9.1e-99999902', -Infinity],
};
const VALUES: ReadonlyMap<string, number> = new Map(Object.values(STAND_INS));

/** Parses JSON in which `NaN`, `Infinity` and `-Infinity` are numbers; undefined when it is not even that. */
// parity: json.loads
export function parseLenientJson(text: string, mayBeLost?: boolean): Json | undefined {
  try {
    return parseJson(text, mayBeLost);
  } catch {
    return text.includes('NaN') || text.includes('Infinity') ? parseWithWords(text) : undefined;
  }
}

function parseWithWords(text: string): Json | undefined {
  const plain = text.replace(TOKENS, (token) => {
    const standIn = Object.hasOwn(STAND_INS, token) ? STAND_INS[token] : undefined;
    return standIn === undefined ? token : ` ${standIn[0]} `;
  });
  try {
    return JSON.parse(plain, (_key, value: unknown, context?: { source: string }) =>
      typeof value === 'number' && context ? (VALUES.get(context.source) ?? exactNumber(context.source)) : value,
    ) as Json;
  } catch {
    return undefined;
  }
}

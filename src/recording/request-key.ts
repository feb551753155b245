import { canonicalJson } from '../lib/canonical-json.ts';
import { type Json, type JsonObject, parseExactJson } from '../lib/json.ts';
import { isPlainObject } from '../lib/objects.ts';

/** What identifies a request, apart from the times in it. */
export interface RequestKey {
  /** The request in one form of writing. */
  readonly exact: string;
  /** The same with each time in it replaced by a placeholder. */
  readonly text: string;
  /** The times in it, in epoch milliseconds, in their order. */
  readonly times: readonly number[];
  /** Method, host and path. */
  readonly place: string;
  /** The rest of it by names, for messages on what differs. */
  readonly parts: ReadonlyMap<string, string>;
}

/** The parts of a request that its key is made of. */
export interface KeyedRequest {
  readonly method: string;
  readonly url: string;
  readonly body: string | null;
}

/** The key of a request: the order of parameters and of keys does not matter, headers do not count. Whole numbers are times from `earliest` on. */
export function requestKey({ method, url, body }: KeyedRequest, earliest: number): RequestKey {
  const [, host = '', rest = ''] = /^[a-z]+:\/\/([^/?#]*)([^#]*)/i.exec(url) ?? [undefined, '', url];
  const [path = '', query = ''] = splitOnce(rest, '?');
  const place = `${method.toUpperCase()} ${host.toLowerCase()}${decode(path === '' ? '/' : path)}`;
  const parts = new Map([...pairsOf(query, 'query parameter'), ...bodyParts(body)]);
  const exact = `${place}\n${[...parts]
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join('\n')}`;
  const times: number[] = [];
  return { exact, text: maskTimes(exact, times, earliest), times, place, parts };
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}

function pairsOf(query: string, kind: string): [string, string][] {
  const values = new Map<string, string[]>();
  for (const pair of query.split('&').filter((text) => text !== '')) {
    const [name, value] = splitOnce(pair, '=').map((text) => decode(text.replaceAll('+', ' '))) as [string, string];
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  return [...values].map(([name, list]) => [`${kind} ${name}`, list.join(', ')]);
}

function bodyParts(body: string | null): [string, string][] {
  if (body === null || body === '') return [];
  const document = /^\s*[[{]/.test(body) ? parsed(body) : undefined;
  if (isPlainObject(document))
    return Object.entries(document as JsonObject).map(([name, value]) => [`body key ${name}`, canonicalJson(value)]);
  if (document !== undefined) return [['body', canonicalJson(document)]];
  return /^[^\s{<"=&]+=[^\s{<"]*$/.test(body) ? pairsOf(body, 'form field') : [['body', body]];
}

function parsed(text: string): Json | undefined {
  try {
    return parseExactJson(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A date with or without a time, or a whole number of seconds, milliseconds or microseconds since 1970. */
const TIME = String.raw`\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?: ?(?:Z|[+-]\d\d:?\d\d))?)?|(?<![\d.])\d{10}(?:\d{3}|\d{6})?(?!\d)`;
/** Times of one parameter, of which the first stands for all: a parameter that is set twice has two values only when the clock has moved between. */
const TIMES = new RegExp(`(${TIME})(?:, (?:${TIME}))*`, 'g');
const LATEST = Date.UTC(2200, 0);

function maskTimes(text: string, times: number[], earliest: number): string {
  return text.replace(TIMES, (all, first: string) => {
    const time = first.includes('-') ? isoTime(first) : epochTime(first, earliest);
    if (time === undefined) return all;
    times.push(time);
    return '<time>';
  });
}

function isoTime(text: string): number | undefined {
  const date = text.slice(0, 'YYYY-MM-DD'.length);
  const [, clock = '00:00', zone = 'Z'] = /^(?:[T ]([\d:.]+))? ?([^\d:.].*)?$/.exec(text.slice(date.length)) ?? [];
  const time = Date.parse(`${date}T${clock}${zone}`);
  return Number.isNaN(time) ? undefined : time;
}

function epochTime(digits: string, earliest: number): number | undefined {
  const time = digits.length === 10 ? Number(digits) * 1000 : digits.length === 13 ? Number(digits) : Number(digits) / 1000;
  return time >= earliest && time < LATEST ? time : undefined;
}

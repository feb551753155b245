import type { Event, ScalarEvent } from 'js-yaml';
import { type Json, type JsonObject, stringifyJson } from '../lib/json.ts';
import { setOwnProperty } from '../lib/objects.ts';
import { plainScalarTag, scalarValue } from './yaml-scalars.ts';

/** Tabs, controls, line ends other than LF and CR LF, explicit keys and directives: what readers of YAML are least of one mind about. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const UNUSUAL = /[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]|\r(?!\n)|(?:^|[-\s[{,])[?%](?:\s|$)/;
/** The border of a document, but for one in the very first line. */
const BORDER = /(?:^ +|\n *)(?:---|\.\.\.)|^(?:---(?!\n)|\.\.\.)/;
/** The most characters of a key that every reader takes. */
const LONGEST_KEY = 1000;
const DEEPEST = 100;

type Parser = typeof import('js-yaml');

/** Thrown at what the full reader must read. */
class NotPlain extends Error {}

/**
 * Reads the part of YAML that nearly every manifest keeps to: objects, lists and scalars without tags, anchors, merges and repeated keys, as
 * `readYaml` does and some ten times faster. Undefined for any other text, such as one with a mistake: `readYaml` has more to say of it.
 */
export async function readPlainYaml(text: string): Promise<Json | undefined> {
  if (UNUSUAL.test(text) || BORDER.test(text)) return undefined;
  const parser = await import('js-yaml');
  const events = eventsOf(parser, text);
  if (events === undefined) return undefined;
  try {
    return readDocument(parser, text, events);
  } catch (error) {
    if (error instanceof NotPlain) return undefined;
    throw error;
  }
}

/** The parser's events; undefined when it throws, be it for a mistake in the text or one of its own. */
function eventsOf({ parseEvents }: Parser, text: string): Event[] | undefined {
  try {
    return parseEvents(text, { maxDepth: DEEPEST });
  } catch {
    return undefined;
  }
}

function readDocument({ EVENT_ID, SCALAR_STYLE, getScalarValue }: Parser, text: string, events: readonly Event[]): Json {
  let at = 0;

  const [document] = events;
  if (document?.type !== EVENT_ID.DOCUMENT || document.directives.length > 0) throw new NotPlain();
  at = 1;
  const value = readNode();
  if (at !== events.length - 1) throw new NotPlain();
  return value;

  function readNode(): Json {
    const event = events[at] as Event;
    at += 1;
    if (event.type !== EVENT_ID.SCALAR && event.type !== EVENT_ID.MAPPING && event.type !== EVENT_ID.SEQUENCE) throw new NotPlain();
    if (event.tagStart >= 0 || event.anchorStart >= 0) throw new NotPlain();
    if (event.type === EVENT_ID.SCALAR) return readScalar(event);
    return event.type === EVENT_ID.MAPPING ? readMapping() : readList();
  }

  function atEnd(): boolean {
    if (events[at]?.type !== EVENT_ID.POP) return false;
    at += 1;
    return true;
  }

  function readScalar(event: ScalarEvent): Json {
    const source = getScalarValue(text, event);
    if (event.style !== SCALAR_STYLE.PLAIN) return source;
    const value = scalarValue(plainScalarTag(source), source);
    if (value === undefined) throw new NotPlain();
    return value;
  }

  function readList(): Json[] {
    const items: Json[] = [];
    while (!atEnd()) items.push(readNode());
    return items;
  }

  function readMapping(): JsonObject {
    const result: JsonObject = {};
    while (!atEnd()) {
      const key = readKey();
      if (Object.hasOwn(result, key)) throw new NotPlain();
      setOwnProperty(result, key, readNode());
    }
    return result;
  }

  function readKey(): string {
    const event = events[at] as Event;
    if (event.type !== EVENT_ID.SCALAR || event.valueEnd - event.valueStart > LONGEST_KEY) throw new NotPlain();
    if (event.valueEnd === event.valueStart && event.style === SCALAR_STYLE.PLAIN) throw new NotPlain();
    const key = readNode();
    if (event.style === SCALAR_STYLE.PLAIN && key === '<<') throw new NotPlain();
    return typeof key === 'string' ? key : stringifyJson(key);
  }
}

import { type Json, parseJson } from './json.ts';

/** Raised for a text that is no JSON document, or not a whole one. */
export class JsonStreamError extends Error {
  override readonly name = 'JsonStreamError';
}

/** Finds values in a JSON document that comes in pieces, holding no more of it than the value at hand. */
export interface JsonItemsReader {
  /** Adds the values that a piece completes to `found`; throws JsonStreamError where the text stops being JSON. */
  push(text: string, found: Json[]): void;
  /** Throws JsonStreamError when the document is not complete. */
  end(found: Json[]): void;
  /** Characters of a value that has not ended yet. */
  held(): number;
}

/** What may come next. */
type Expected = 'value' | 'value or end' | 'key' | 'key or end' | 'colon' | 'comma or end' | 'nothing';

interface Container {
  readonly closes: '}' | ']';
  /** The path of its values; an object's is known once the key is. */
  readonly path: string;
}

/** How far the value that is being collected has been looked through. */
interface Scan {
  at: number;
  depth: number;
}

const BLANK = /[ \t\n\r]*/y;
const SCALAR = /[^\s,:\]}[{"]+/y;
const QUOTE = 0x22;
const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [0x7b, 0x7d, 0x5b, 0x5d];

/**
 * Reads the values at a path of names joined by dots, in which `item` stands for the values of a list.
 */
// parity: ijson.items
export function createJsonItemsReader(target: string): JsonItemsReader {
  const containers: Container[] = [];
  let expected: Expected = 'value';
  let text = '';
  let at = 0;
  // What came since; joined to the text when it is as long, so that a long value is not read again for each piece of it.
  let pieces: string[] = [];
  let collected = 0;
  let key = '';
  let scan: Scan | undefined;
  let isLast = false;

  function fail(what: string): never {
    throw new JsonStreamError(`The document is no JSON: ${what}`);
  }

  function pathOfValue(): string {
    const container = containers.at(-1);
    if (container === undefined) return '';
    const name = container.closes === ']' ? 'item' : key;
    return containers.length === 1 ? name : `${container.path}.${name}`;
  }

  function parse(source: string): Json {
    try {
      return parseJson(source);
    } catch (error) {
      throw new JsonStreamError('The document is no JSON', { cause: error });
    }
  }

  /** The end of the string that begins at a position; -1 when it lies beyond the text. */
  function stringEnd(start: number): number {
    for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
      let slashes = 0;
      while (text[end - 1 - slashes] === '\\') slashes += 1;
      if (slashes % 2 === 0) return end + 1;
    }
    return -1;
  }

  /** The end of the scalar at the present position; -1 when it may go on beyond the text. */
  function scalarEnd(): number {
    if (text[at] === '"') return stringEnd(at);
    SCALAR.lastIndex = at;
    if (!SCALAR.test(text)) return fail(`unexpected ${JSON.stringify(text[at])}`);
    return SCALAR.lastIndex === text.length && !isLast ? -1 : SCALAR.lastIndex;
  }

  /** The end of the object or list that is being collected; -1 when it lies beyond the text. */
  function containerEnd(): number {
    scan ??= { at, depth: 0 };
    while (scan.at < text.length) {
      const character = text.charCodeAt(scan.at);
      if (character === QUOTE) {
        const end = stringEnd(scan.at);
        if (end === -1) return -1;
        scan.at = end;
        continue;
      }
      scan.at += 1;
      if (character === OPEN_BRACE || character === OPEN_BRACKET) scan.depth += 1;
      else if (character === CLOSE_BRACE || character === CLOSE_BRACKET) scan.depth -= 1;
      if (scan.depth === 0) return scan.at;
    }
    return -1;
  }

  function afterValue(): void {
    expected = containers.length === 0 ? 'nothing' : 'comma or end';
  }

  /** Reads the value at the present position; false when more text is needed. */
  function readValue(found: Json[]): boolean {
    const first = text[at];
    const isContainer = first === '{' || first === '[';
    const wanted = pathOfValue() === target;
    if (isContainer && !wanted) {
      containers.push({ closes: first === '{' ? '}' : ']', path: pathOfValue() });
      expected = first === '{' ? 'key or end' : 'value or end';
      at += 1;
      return true;
    }
    const end = isContainer ? containerEnd() : scalarEnd();
    if (end === -1) return false;
    const value = parse(text.slice(at, end));
    if (wanted) found.push(value);
    at = end;
    scan = undefined;
    afterValue();
    return true;
  }

  function readKey(): boolean {
    if (text[at] !== '"') fail('a name is missing');
    const end = stringEnd(at);
    if (end === -1) return false;
    key = parse(text.slice(at, end)) as string;
    at = end;
    expected = 'colon';
    return true;
  }

  function readSeparator(): void {
    const character = text[at];
    const container = containers.at(-1) as Container;
    if (character === container.closes) {
      containers.pop();
      afterValue();
    } else if (character === ',') expected = container.closes === ']' ? 'value' : 'key';
    else fail(`unexpected ${JSON.stringify(character)}`);
    at += 1;
  }

  /** Reads what stands at the present position; false when more text is needed. */
  function step(found: Json[]): boolean {
    const ends = text[at] === containers.at(-1)?.closes;
    switch (expected) {
      case 'value or end':
      case 'key or end':
        if (ends) {
          readSeparator();
          return true;
        }
        return expected === 'key or end' ? readKey() : readValue(found);
      case 'value':
        return readValue(found);
      case 'key':
        return readKey();
      case 'colon':
        if (text[at] !== ':') fail('a colon is missing');
        at += 1;
        expected = 'value';
        return true;
      case 'comma or end':
        readSeparator();
        return true;
      case 'nothing':
        return fail('there is more after its end');
    }
  }

  function readAll(found: Json[]): void {
    text += pieces.join('');
    pieces = [];
    collected = 0;
    while (true) {
      BLANK.lastIndex = at;
      BLANK.test(text);
      at = BLANK.lastIndex;
      if (at === text.length || !step(found)) break;
    }
    if (scan !== undefined) scan.at -= at;
    text = text.slice(at);
    at = 0;
  }

  return {
    push(piece, found) {
      pieces.push(piece);
      collected += piece.length;
      if (collected >= text.length) readAll(found);
    },
    held: () => text.length + collected,
    end(found) {
      isLast = true;
      readAll(found);
      if (expected !== 'nothing') fail('it breaks off');
    },
  };
}

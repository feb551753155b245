import type { Json, JsonObject } from '../../lib/json.ts';
import { ownProperty, setOwnProperty } from '../../lib/objects.ts';
import { strip } from '../../lib/trim.ts';

/** Raised for a text that is no well-formed XML document. */
export class XmlError extends Error {
  override readonly name = 'XmlError';
}

/** An element that is being read. */
interface Element {
  readonly name: string;
  /** Its attributes and children so far; undefined as long as it has none. */
  content: JsonObject | undefined;
  text: string;
}

const ENTITY = /<!ENTITY\s+([^\s%]+)\s/g;

/** An XML document as an object of its root element; throws XmlError when it is not well-formed. Entities that it defines itself are left out. */
// parity: xmltodict.parse
export async function parseXml(source: string): Promise<JsonObject> {
  const { SaxesParser } = await import('saxes');
  const parser = new SaxesParser({ xmlns: false });
  const root: Element = { name: '', content: undefined, text: '' };
  const open: Element[] = [root];
  const top = (): Element => open.at(-1) as Element;
  parser.on('error', (error) => {
    throw new XmlError(error.message);
  });
  parser.on('doctype', (doctype) => {
    for (const [, name] of doctype.matchAll(ENTITY)) parser.ENTITIES[name as string] ??= '';
  });
  parser.on('opentag', ({ name, attributes }) => open.push({ name, content: attributesOf(attributes), text: '' }));
  parser.on('text', (text) => {
    top().text += text;
  });
  parser.on('cdata', (text) => {
    top().text += text;
  });
  parser.on('closetag', () => {
    const element = open.pop() as Element;
    const parent = top();
    parent.content = addChild(parent.content, element.name, childValue(element));
  });
  parser.write(source).close();
  return root.content ?? {};
}

function attributesOf(attributes: Readonly<Record<string, string>>): JsonObject | undefined {
  const names = Object.keys(attributes);
  if (names.length === 0) return undefined;
  const content: JsonObject = {};
  for (const name of names) setOwnProperty(content, `@${name}`, attributes[name] ?? '');
  return content;
}

function childValue({ content, text }: Element): Json {
  const trimmed = strip(text);
  if (content === undefined) return trimmed === '' ? null : trimmed;
  return trimmed === '' ? content : addChild(content, '#text', trimmed);
}

/** Adds a child; children of one name become a list. */
function addChild(content: JsonObject | undefined, name: string, value: Json): JsonObject {
  const target = content ?? {};
  const present = ownProperty(target, name);
  if (present === undefined) setOwnProperty(target, name, value);
  else if (Array.isArray(present)) present.push(value);
  else setOwnProperty(target, name, [present, value]);
  return target;
}

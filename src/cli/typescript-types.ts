import type { Json, JsonObject } from '../lib/json.ts';
import { isPlainObject } from '../lib/objects.ts';

/** JSON Schemas of what a connector takes and gives; `records` by the names of the streams. */
export interface ConnectorSchemas {
  readonly config: JsonObject;
  readonly records?: ReadonlyMap<string, JsonObject>;
}

const TYPES = new Set(['null', 'boolean', 'integer', 'number', 'string', 'array', 'object']);
/** Keywords whose value is a list of schemas, and those whose value is a map of them. */
const LISTS = ['oneOf', 'anyOf', 'allOf'];
const MAPS = ['properties', 'patternProperties', 'definitions', '$defs'];

/**
 * The source of a TypeScript module with the types `Config` and, where there are streams, one `...Record` for each and `Records`, which
 * holds them by the streams' names. Types name the fields that a schema declares, and no others.
 */
export async function typescriptTypes({ config, records }: ConnectorSchemas): Promise<string> {
  const properties: Record<string, JsonObject> = { config: named('Config', config, '#/properties/config') };
  if (records !== undefined) {
    const entries = [...records].map(([name, schema]) => {
      const place = `#/properties/records/properties/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      return [name, named(`${pascalCase(name)}Record`, schema, place)] as const;
    });
    properties['records'] = closed({ title: 'Records', type: 'object', properties: Object.fromEntries(entries) });
  }
  const { compile } = await import('json-schema-to-typescript');
  const source = await compile(closed({ type: 'object', properties }) as object, 'Connector', {
    bannerComment: '',
    format: false,
    additionalProperties: false,
    ignoreMinAndMaxItems: true,
    $refOptions: { resolve: { external: false } },
  });
  return laidOut(source);
}

/** A schema whose type gets a name of its own. */
function named(title: string, schema: JsonObject, place: string): JsonObject {
  const { type, additionalProperties, ...rest } = plain(schema, place) as JsonObject;
  const isOpen = !isPlainObject(rest['properties']) && LISTS.every((keyword) => rest[keyword] === undefined);
  return { title, ...rest, type: 'object', additionalProperties: additionalProperties ?? isOpen };
}

function closed(schema: { properties: Record<string, JsonObject> } & JsonObject): JsonObject {
  return { ...schema, required: Object.keys(schema.properties), additionalProperties: false };
}

/** A schema without what would name, replace or bloat its type; its references hold wherever `place` puts it. */
function plain(schema: Json, place: string): Json {
  if (!isPlainObject(schema)) return {};
  const { description, type, enum: values, const: constant, required, items, additionalProperties, $ref } = schema as JsonObject;
  const result: Record<string, Json> = {};
  if (typeof description === 'string') result['description'] = description;
  if (typeof $ref === 'string' && $ref.startsWith('#')) result['$ref'] = place + $ref.slice(1);
  const types = [type ?? []].flat().filter((name): name is string => TYPES.has(name as string));
  if (types.length > 0) result['type'] = types.length === 1 ? (types[0] as string) : types;
  if (Array.isArray(values) && values.length > 0) result['enum'] = values;
  if (constant !== undefined) result['const'] = constant;
  if (Array.isArray(required)) result['required'] = required;
  if (items !== undefined) result['items'] = Array.isArray(items) ? items.map((item) => plain(item, place)) : plain(items, place);
  for (const keyword of LISTS) {
    const list = (schema as JsonObject)[keyword];
    if (Array.isArray(list) && list.length > 0) result[keyword] = list.map((item) => plain(item, place));
  }
  for (const keyword of MAPS) {
    const map = (schema as JsonObject)[keyword];
    if (isPlainObject(map))
      result[keyword] = Object.fromEntries(Object.entries(map as JsonObject).map(([name, item]) => [name, plain(item, place)]));
  }
  if (isPlainObject(additionalProperties)) result['additionalProperties'] = plain(additionalProperties, place);
  else if (types.includes('object')) result['additionalProperties'] = !hasProperties(schema as JsonObject);
  return result;
}

function hasProperties({ properties, additionalProperties }: JsonObject): boolean {
  return additionalProperties === false || (isPlainObject(properties) && Object.keys(properties as JsonObject).length > 0);
}

/** `user_orders` -> `UserOrders`; a name that begins as no identifier does gets a `Stream` before it. */
function pascalCase(name: string): string {
  const words = name.normalize('NFKD').match(/[A-Za-z0-9]+/g) ?? [];
  const joined = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  return /^[A-Z]/.test(joined) ? joined : `Stream${joined}`;
}

/** The module with its lines indented and its members ended, which the library leaves to a formatter of several megabytes. */
function laidOut(source: string): string {
  let depth = 0;
  const lines: string[] = [];
  for (const line of source.split('\n').map((text) => text.trim())) {
    if (line === '') continue;
    const isComment = /^(\/\*\*|\*)/.test(line);
    const beginsDeclaration = line.startsWith('/**') || (line.startsWith('export') && lines.at(-1)?.trim() !== '*/');
    if (depth === 0 && beginsDeclaration && lines.length > 0) lines.push('');
    if (line.startsWith('}')) depth -= 1;
    const isWhole = isComment || line.endsWith('{') || (line === '}' && depth === 0);
    lines.push(`${'  '.repeat(depth)}${line.startsWith('*') ? ' ' : ''}${line}${isWhole ? '' : ';'}`);
    if (!isComment && line.endsWith('{')) depth += 1;
  }
  return `${lines.join('\n')}\n`;
}

import { type Json, type JsonObject, stringifyJson } from '../../../lib/json.ts';
import { isPlainObject } from '../../../lib/objects.ts';

const REFERENCE = /^dlt\.(?:secrets|config)\["[^"]+"\]$/;
const EMBEDDED = /\{(dlt\.(?:secrets|config)\["[^"\\]+"\])\}/;
const WIDTH = 100;

/** A dlt config as a Python module: values of dlt as code, a session as a client of dlt's requests. */
export function printPython(config: JsonObject, comments: readonly string[]): string {
  const hasSession = isPlainObject((config['client'] as JsonObject | undefined)?.['session']);
  const lines = [
    ...comments.map((comment) => `# ${comment}`),
    'import dlt',
    ...(hasSession ? ['from dlt.sources.helpers import requests'] : []),
    'from dlt.sources.rest_api import rest_api_source',
    '',
    `source = rest_api_source(${printValue(config, '')})`,
    '',
  ];
  return lines.join('\n');
}

function printValue(value: Json, indent: string): string {
  if (typeof value === 'string') return printText(value);
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value))
    return enclosed(
      '[',
      value.map((item) => printValue(item, `${indent}    `)),
      ']',
      indent,
    );
  if (!isPlainObject(value)) return stringifyJson(value);
  const members = Object.entries(value as JsonObject).map(([key, item]) => {
    const printed = key === 'session' && isPlainObject(item) ? printClient(item as JsonObject, indent) : printValue(item, `${indent}    `);
    return `${printText(key)}: ${printed}`;
  });
  return enclosed('{', members, '}', indent);
}

/** Items between brackets, on one line if they fit. */
function enclosed(open: string, items: readonly string[], close: string, indent: string): string {
  const line = `${open}${items.join(', ')}${close}`;
  const isShort = indent.length + line.length <= WIDTH && !line.includes('\n') && (open === '[' || items.length <= 2);
  if (isShort || items.length === 0) return line;
  return `${open}\n${items.map((item) => `${indent}    ${item},\n`).join('')}${indent}${close}`;
}

function printClient(settings: JsonObject, indent: string): string {
  const list = Object.entries(settings).map(([key, value]) => {
    // A pair of limits is a tuple to the library below.
    if (key === 'request_timeout' && Array.isArray(value)) return `${key}=(${value.map((item) => printValue(item, indent)).join(', ')})`;
    return `${key}=${printValue(value, `${indent}    `)}`;
  });
  return `requests.Client(${list.join(', ')}).session`;
}

/** A text: a reference as the code that it is, one with references in it as an f-string. */
function printText(text: string): string {
  if (REFERENCE.test(text)) return text;
  if (!EMBEDDED.test(text)) return JSON.stringify(text);
  const pieces = text.split(EMBEDDED).map((piece, index) => {
    if (index % 2 === 1) return `{${piece.replaceAll('"', "'")}}`;
    return JSON.stringify(piece).slice(1, -1).replace(/[{}]/g, '$&$&');
  });
  return `f"${pieces.join('')}"`;
}

import type { JsonObject } from '../../lib/json.ts';
import { compileAuth } from './auth.ts';
import { concurrency, warnOfStorage } from './hints.ts';
import { createInputs } from './inputs.ts';
import { isGiven, type Members, member, membersAt, type Place, refuse } from './places.ts';
import { readResources } from './resources.ts';
import { compilePatience } from './retries.ts';
import { type Common, compileStream, keepResponses } from './streams.ts';
import { quoted, templateOf } from './templates.ts';
import { type Compilation, plainSegments, plainTemplate, type Warning } from './texts.ts';

const TOP = [
  'client',
  'resources',
  'resource_defaults',
  'name',
  'section',
  'max_table_nesting',
  'root_key',
  'schema_contract',
  'parallelized',
  'runtime',
];
const CLIENT = ['base_url', 'headers', 'auth', 'paginator', 'data_selector', 'session'];
/** The version of the reference whose components are meant. */
const VERSION = '7.39.1';

/** A manifest that does what a dlt config says, and what of it the user should know. */
export interface Compiled {
  readonly manifest: JsonObject;
  readonly warnings: readonly Warning[];
}

/**
 * Compiles a dlt rest_api config to a manifest. Throws ManifestError with a path in the config at what is wrong, and at what cannot be
 * honoured.
 */
// parity: dlt/sources/rest_api/__init__.py:rest_api_resources
export function compileDlt(config: JsonObject): Compiled {
  const top = membersAt({ value: config, path: '' }, 'A dlt config', TOP);
  const name = member(top, 'name');
  const compilation: Compilation = { inputs: createInputs(typeof name?.value === 'string' ? name.value : 'REST API'), warnings: [] };
  const client = membersAt(top.get('client') as Place, 'client', CLIENT);
  const resources = readResources(top.get('resources') as Place, top.get('resource_defaults'));
  const headers = clientHeaders(compilation, member(client, 'headers'));
  const patience = compilePatience(top.get('runtime'), client.get('session'));
  const requester = { ...commonRequester(compilation, client, headers), ...patience.requester, error_handler: patience.errorHandler([]) };
  const keys = new Map(resources.map((resource, index) => [resource.name, definitionKey(resource.name, index)]));
  const reference = (resource: string): string => `#/definitions/streams/${keys.get(resource)}`;
  const contract = top.get('schema_contract');
  const common: Common = { compilation, client, headers, patience, contract, resources, reference };
  warnOfStorage(compilation, top, ['max_table_nesting', 'root_key', 'section']);
  const parallel = concurrency([top.get('parallelized'), ...resources.map(({ hints }) => hints.get('parallelized'))]);
  const streams = resources.map((resource) => compileStream(common, resource));
  const parents = new Set(streams.map(({ parent }) => parent));
  const selected = streams.filter(({ isSelected }) => isSelected);
  const [first] = selected;
  if (first === undefined)
    return refuse(top.get('resources') as Place, 'There is no resource to read: each one is not selected, or there is none.');
  const manifest: JsonObject = {
    version: VERSION,
    type: 'DeclarativeSource',
    check: { type: 'CheckStream', stream_names: [first.name] },
    definitions: {
      requester,
      streams: Object.fromEntries(
        streams.map(({ name: stream, stream: declaration }) => [
          keys.get(stream) as string,
          parents.has(stream) ? keepResponses(declaration) : declaration,
        ]),
      ),
    },
    streams: selected.map(({ name: stream }) => reference(stream)),
    ...(parallel === undefined ? {} : { concurrency_level: parallel }),
    spec: { type: 'Spec', connection_specification: compilation.inputs.specification() },
  };
  return { manifest, warnings: compilation.warnings };
}

/** A name that can stand in a reference. */
function definitionKey(name: string, index: number): string {
  return /^[A-Za-z_][A-Za-z0-9_-]*$/.test(name) ? name : `stream_${index}`;
}

/** What all requests have in common. */
function commonRequester(compilation: Compilation, client: Members, headers: JsonObject): JsonObject {
  const authenticator = compileAuth(compilation, client.get('auth'));
  return {
    type: 'HttpRequester',
    url_base: baseUrl(compilation, member(client, 'base_url')),
    ...(authenticator === undefined ? {} : { authenticator }),
    ...(Object.keys(headers).length === 0 ? {} : { request_headers: headers }),
  };
}

/** The base URL, which the connector's config may replace. */
function baseUrl(compilation: Compilation, place: Place | undefined): string {
  const description = 'Where the API is.';
  if (place === undefined) return `{{ ${compilation.inputs.use('base_url', { isSecret: false, isText: true, description })} }}`;
  const segments = plainSegments(compilation, place, '"base_url"');
  const [only] = segments;
  if (segments.length > 1 || only === undefined || 'expression' in only) return templateOf(segments);
  compilation.inputs.use('base_url', { isSecret: false, isText: true, description, default: only.text });
  return `{{ config.get('base_url') or ${quoted(only.text)} }}`;
}

function clientHeaders(compilation: Compilation, place: Place | undefined): JsonObject {
  if (!isGiven(place)) return {};
  const headers: JsonObject = {};
  for (const [name, header] of membersAt(place, 'headers')) {
    if (!isGiven(header)) continue;
    if (typeof header.value === 'string' && /\{(?:resources|incremental)\./.test(header.value))
      refuse(header, 'Headers of the client have no placeholders.', 'Put the header into "headers" of the endpoint.');
    headers[name] = typeof header.value === 'string' ? plainTemplate(compilation, header, 'A header') : (header.value as number);
  }
  return headers;
}

import type { Json, JsonObject } from '../../lib/json.ts';
import { isPlainObject } from '../../lib/objects.ts';
import { isGiven, itemsAt, type Members, member, membersAt, type Place, refuse, refuseCode, textAt } from './places.ts';

/** A resource with what `resource_defaults` adds to it; each value knows where it came from. */
export interface Resource {
  readonly name: string;
  readonly place: Place;
  readonly hints: Members;
  readonly endpoint: Members;
}

/** Keys of a resource that have nothing to do with its endpoint. */
const HINTS = [
  'write_disposition',
  'primary_key',
  'merge_key',
  'columns',
  'table_name',
  'table_format',
  'file_format',
  'schema_contract',
  'references',
  'nested_hints',
  'max_table_nesting',
  'selected',
  'parallelized',
  'processing_steps',
  'include_from_parent',
] as const;

const RESOURCE = ['name', 'endpoint', ...HINTS];

const ENDPOINT = [
  'path',
  'method',
  'params',
  'json',
  'body',
  'data',
  'paginator',
  'data_selector',
  'response_actions',
  'incremental',
  'auth',
  'headers',
  'encoding',
];

/** Reads the resources of a config; throws for one without a name, and for two of one name. */
// parity: dlt/sources/rest_api/config_setup.py:expand_and_index_resources, _merge_resource_endpoints
export function readResources(list: Place, defaults: Place | undefined): Resource[] {
  const common = isGiven(defaults) ? membersAt(defaults, 'resource_defaults', RESOURCE) : new Map<string, Place>();
  const resources = itemsAt(list, 'resources').map((place) => readResource(place, common));
  const names = new Set<string>();
  for (const { name, place } of resources) {
    if (names.has(name)) refuse(place, `There are two resources named "${name}".`);
    names.add(name);
  }
  return resources;
}

function readResource(place: Place, defaults: Members): Resource {
  refuseCode(place, 'Write the resource as a dict: a Python resource cannot run here.');
  if (typeof place.value === 'string') {
    return merged(place, place.value, new Map(), new Map([['path', place]]), defaults);
  }
  const own = membersAt(place, 'A resource', RESOURCE);
  const namePlace = member(own, 'name');
  if (namePlace === undefined) return refuse(place, 'A resource needs a name.');
  const name = textAt(namePlace, 'The name of a resource');
  const endpoint = new Map(endpointMembers(member(own, 'endpoint')));
  if (!isGiven(endpoint.get('path'))) endpoint.set('path', { value: name, path: namePlace.path });
  return merged(place, name, own, endpoint, defaults);
}

/** The members of an endpoint, which may be written as its path alone. */
function endpointMembers(place: Place | undefined): Members {
  if (place === undefined) return new Map();
  return typeof place.value === 'string' ? new Map([['path', place]]) : membersAt(place, 'An endpoint', ENDPOINT);
}

function merged(place: Place, name: string, own: Members, endpoint: Members, defaults: Members): Resource {
  const common = endpointMembers(member(defaults, 'endpoint'));
  const hints = new Map([...defaults, ...own]);
  for (const key of ['name', 'endpoint']) hints.delete(key);
  const columns = joined(defaults.get('columns'), own.get('columns'));
  if (columns !== undefined) hints.set('columns', columns);
  const all = new Map([...common, ...endpoint]);
  for (const key of ['params', 'json']) {
    const both = joined(common.get(key), endpoint.get(key));
    if (both !== undefined) all.set(key, both);
  }
  return { name, place, hints, endpoint: all };
}

/** Two objects with the keys of the second over those of the first; undefined unless both are objects. */
function joined(first: Place | undefined, second: Place | undefined): Place | undefined {
  if (!isPlainObject(first?.value) || !isPlainObject(second?.value)) return undefined;
  return { value: { ...(first.value as JsonObject), ...(second.value as JsonObject) } as Json, path: second.path };
}

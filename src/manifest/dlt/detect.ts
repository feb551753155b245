import type { JsonObject } from '../../lib/json.ts';
import { isPlainObject } from '../../lib/objects.ts';

/** Whether an object is a dlt rest_api config: it has a client and resources, and nothing of a manifest. */
export function isDltConfig(value: JsonObject): boolean {
  return isPlainObject(value['client']) && Array.isArray(value['resources']) && !Object.hasOwn(value, 'streams');
}

/** Whether a text is Python that makes a REST API source, rather than YAML or JSON. */
export function looksLikePython(text: string): boolean {
  // Most texts name neither, which is quicker to see than the pattern is to make.
  if (!text.includes('dlt') && !text.includes('rest_api') && !text.includes('RESTAPIConfig')) return false;
  return /\brest_api(?:_source|_resources)?\s*\(|\bdlt\.(?:secrets|config)\b|^[ \t]*(?:import|from)\s+dlt\b|\bRESTAPIConfig\b/m.test(text);
}

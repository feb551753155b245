import { type Json, type JsonObject, stringifyJson } from '../lib/json.ts';
import { isPlainObject, setOwnProperty } from '../lib/objects.ts';
import type { Builder } from './builder.ts';
import { type Cache, createCache } from './cache.ts';
import type { Registry } from './registry.ts';

/** Whether a text holds a template that reads the parameters of its component. */
function readsParameters(text: string): boolean {
  return text.split('}').some((part) => {
    const start = part.search(/\{[{%]/);
    return start >= 0 && /\b(?:parameters|options)\b/.test(part.slice(start + 2));
  });
}

/**
 * Makes something once for all equal declarations of a run that are built with the same config. Declarations are equal when all fields of
 * all their components are; `$parameters`, and fields that a component does not have, count only where a template reads the parameters.
 */
export function shareByDeclaration<T>(b: Builder, declaration: { readonly [field: string]: unknown }, make: () => T): T {
  const caches = b.run.shared.once('shared by declaration', () => new WeakMap<JsonObject, Cache>());
  let cache = caches.get(b.config);
  if (cache === undefined) {
    cache = createCache();
    caches.set(b.config, cache);
  }
  return cache.once(keyOf(b, declaration as JsonObject), make);
}

function keyOf(b: Builder, declaration: JsonObject): string {
  const text = stringifyJson(significant(b.registry, declaration));
  return readsParameters(text) ? `${text} ${stringifyJson(b.parameters)}` : text;
}

/** A declaration without what its components do not look at. */
function significant(registry: Registry, value: Json): Json {
  if (Array.isArray(value)) return value.map((item) => significant(registry, item));
  if (!isPlainObject(value)) return value;
  const { type } = value;
  const known = typeof type === 'string' ? registry.find(type) : undefined;
  const kept: JsonObject = {};
  for (const key of Object.keys(value).sort()) {
    const item = value[key] as Json | undefined;
    const counts = known === undefined ? key !== '$parameters' : key === 'type' || Object.hasOwn(known.fields, key);
    if (counts && item !== undefined) setOwnProperty(kept, key, significant(registry, item));
  }
  return kept;
}

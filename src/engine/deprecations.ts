import type { Json, JsonObject } from '../lib/json.ts';
import { isPlainObject, ownProperty } from '../lib/objects.ts';
import type { FieldFacts } from './fields.ts';
import type { Known, Registry } from './registry.ts';

/**
 * What to say of the deprecated fields in the declarations of streams, each once, in the order in which they are met. Parents of streams are
 * passed over: where they count they are streams themselves.
 */
// parity: models/base_model_with_deprecations.py:BaseModelWithDeprecations
export function deprecations(registry: Registry, streams: readonly Json[]): string[] {
  const found = new Set<string>();

  function visit(spec: JsonObject, known: Known | undefined): void {
    if (known === undefined || known.component.kind === 'parentStream') return;
    for (const key of Object.keys(spec)) {
      const field = ownProperty(known.fields, key);
      const advice = field?.facts.deprecated;
      if (advice !== undefined) found.add(`Component type: \`${known.component.type}\`. Field '${key}' is deprecated. ${advice}`);
    }
    for (const child of registry.children(known, spec, '')) visit(child.spec, typeOf(child.spec, child.facts));
  }

  const typeOf = (spec: JsonObject, { defaultType }: FieldFacts): Known | undefined => {
    const type = ownProperty(spec, 'type') ?? defaultType;
    return typeof type === 'string' ? registry.find(type) : undefined;
  };

  for (const stream of streams) if (isPlainObject(stream)) visit(stream as JsonObject, typeOf(stream as JsonObject, {}));
  return [...found];
}

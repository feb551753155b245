import type { JsonObject } from '../lib/json.ts';
import type { AuthoringTools } from './authoring-tools.ts';
import type { Builder } from './builder.ts';
import type { Kinds } from './kinds.ts';

/** A custom component as a function of its fields in the manifest, the builder, and what it cannot import. */
export type CustomFunction<Kind extends keyof Kinds = keyof Kinds> = (
  spec: JsonObject,
  builder: Builder,
  tools: AuthoringTools,
) => Kinds[Kind];

/** A custom component as a class that is made of the same. */
export type CustomClass<Kind extends keyof Kinds = keyof Kinds> = new (
  spec: JsonObject,
  builder: Builder,
  tools: AuthoringTools,
) => Kinds[Kind];

export type CustomExport<Kind extends keyof Kinds = keyof Kinds> = CustomFunction<Kind> | CustomClass<Kind>;

/** The code that comes with a manifest. */
export interface CustomCode {
  /** What is exported under the last part of a `class_name`; undefined when nothing is. */
  find(className: string): CustomExport | undefined;
}

/** The name under which a custom component is exported: the last part of its `class_name`. */
function exportName(className: string): string {
  return className.slice(className.lastIndexOf('.') + 1);
}

/** Code made of the exports of a module. */
export function customCode(exports: Readonly<Record<string, unknown>>): CustomCode {
  return {
    find(className) {
      const name = exportName(className);
      const found = Object.hasOwn(exports, name) ? exports[name] : undefined;
      return typeof found === 'function' ? (found as CustomExport) : undefined;
    },
  };
}

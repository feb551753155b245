import type { JsonObject } from '../lib/json.ts';
import { type AuthoringTools, authoringTools } from './authoring-tools.ts';
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

/** How a member of a custom component is called where its code runs in a process of its own. */
export interface MemberCall {
  /** The parameter, by its index, that it changes in place. */
  readonly changes?: number;
  /** Whether the engine waits for it, so that other streams go on meanwhile. */
  readonly waits?: boolean;
  /** Whether records are handed to it together, by a further member whose name ends in `All`: for what becomes of them, or for whether they stay. */
  readonly together?: 'records' | 'answers';
}

/** What a type of custom components has others know of its code. */
export interface CustomType {
  readonly type: string;
  /** The members that need more than being called and waited for. */
  readonly calls: Readonly<Record<string, MemberCall>>;
}

/** What makes the components of one class. */
export interface CustomMaker {
  /** Makes one; throws what the code throws. */
  make(spec: JsonObject, builder: Builder, type: CustomType): unknown;
}

/** The code that comes with a manifest. */
export interface CustomCode {
  /** What makes the components of a `class_name`; undefined when nothing of that name is exported. */
  find(className: string): CustomMaker | undefined;
}

/** The name under which a custom component is exported: the last part of its `class_name`. */
export function exportName(className: string): string {
  return className.slice(className.lastIndexOf('.') + 1);
}

/** Makes a component of what is exported for it. */
export function makeComponent(exported: CustomExport, spec: JsonObject, builder: Builder, tools: AuthoringTools): unknown {
  return isClass(exported) ? new exported(spec, builder, tools) : exported(spec, builder, tools);
}

function isClass(exported: CustomExport): exported is CustomClass {
  return /^class\b/.test(Function.prototype.toString.call(exported));
}

/** Code made of the exports of a module, which runs in this process. */
export function customCode(exports: Readonly<Record<string, unknown>>): CustomCode {
  return {
    find(className) {
      const name = exportName(className);
      const found = Object.hasOwn(exports, name) ? exports[name] : undefined;
      if (typeof found !== 'function') return undefined;
      return { make: (spec, builder) => makeComponent(found as CustomExport, spec, builder, authoringTools) };
    },
  };
}

import type { JsonObject } from '../lib/json.ts';
import type { Builder } from './builder.ts';
import type { Component } from './component.ts';
import type { CustomMaker, CustomType, MemberCall } from './custom-code.ts';
import { text } from './fields.ts';
import type { Kinds } from './kinds.ts';

/** What there is to know of a type of custom components. */
export interface CustomDeclaration<Kind extends keyof Kinds> {
  readonly type: string;
  readonly kind: Kind;
  readonly summary: string;
  /** The interface that its code fulfils, as src/engine/authoring.ts names it. */
  readonly contract: string;
  /** The members that the code must have, each with its parameters. */
  readonly members: readonly `${string}(${string})`[];
  /** Members that it may leave out. */
  readonly defaults?: Partial<Kinds[Kind]>;
  /** How its members are called where they run in a process of their own, as far as there is more to it than calling them. */
  readonly calls?: { readonly [Member in keyof Kinds[Kind]]?: MemberCall };
}

const fields = () => ({ class_name: text('Whatever stands before the last dot does not matter; what follows is the name of the export.') });

/** Declares a type of components whose behaviour is code that comes with the manifest. */
export function customComponent<const Kind extends keyof Kinds>(
  declaration: CustomDeclaration<Kind>,
): Component<Kind, ReturnType<typeof fields>> {
  const { type, kind, summary, contract, members, defaults = {}, calls = {} } = declaration;
  const needs = `Code in components.ts or components.js: an export of the name with ${members.join(' and ')}, see ${contract} in src/engine/authoring.ts; AIRBYTE_ENABLE_UNSAFE_CODE=true.`;
  return {
    type,
    kind,
    summary,
    needs,
    example: `
    type: ${type}
    class_name: components.My${type.slice('Custom'.length)}`,
    open: true,
    fields,
    build(spec, b) {
      const found = b.run.customCode?.find(spec.class_name);
      if (found === undefined) return b.fail(`There is no code for ${spec.class_name}. It needs: ${needs}`, 'class_name');
      const made = complete(make(found, spec as JsonObject, b, { type, calls }), defaults);
      for (const member of members) {
        const name = member.slice(0, member.indexOf('('));
        if (typeof made[name] !== 'function')
          b.fail(
            `${spec.class_name} has no ${member}, which a ${type} must have: see ${contract} in src/engine/authoring.ts.`,
            'class_name',
          );
      }
      return made as unknown as Kinds[Kind];
    },
  };
}

function make(found: CustomMaker, spec: JsonObject, b: Builder, type: CustomType): object {
  const made = found.make(spec, b, type);
  if (made === null || typeof made !== 'object') return b.fail('The code must give an object.', 'class_name');
  return made;
}

/** The object with its methods bound to it, since the engine hands them about, and with the members that it leaves out. */
function complete(made: object, defaults: object): Record<string, unknown> {
  const object = made as Record<string, unknown>;
  for (let level = Object.getPrototypeOf(made); level !== null && level !== Object.prototype; level = Object.getPrototypeOf(level)) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(level as object))) {
      if (name !== 'constructor' && typeof value === 'function' && !Object.hasOwn(object, name)) object[name] = value.bind(made);
    }
  }
  for (const [name, value] of Object.entries(defaults)) if (!(name in object)) object[name] = value;
  return object;
}

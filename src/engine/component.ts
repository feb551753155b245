import type { Builder } from './builder.ts';
import type { Fields, Parsed } from './fields.ts';
import type { Kinds } from './kinds.ts';

/** Everything that there is to know of a component type: its fields, its documentation and how one is built. */
export interface Component<Kind extends keyof Kinds = keyof Kinds, F extends Fields = Fields> {
  readonly type: string;
  readonly kind: Kind;
  /** One sentence on what it does. */
  readonly summary: string;
  /** A piece of manifest that uses it, in YAML. */
  readonly example?: string;
  /** Other names that manifests use for it. */
  readonly aliases?: readonly string[];
  /** What it needs from outside the manifest, such as a file or a switch. */
  readonly needs?: string;
  /** Whether it takes keys beside its fields. */
  readonly open?: boolean;
  /** Whether the reference lacks it, so that a manifest that uses it runs here only. */
  readonly extension?: boolean;
  /** Called once, when the type is first used. */
  readonly fields: () => F;
  /** Makes the run-time form; called once for each place in the manifest. */
  readonly build: (spec: Parsed<F>, b: Builder) => Kinds[Kind];
}

// biome-ignore lint/suspicious/noExplicitAny: a list of components of different fields has no common field type
export type AnyComponent = Component<any, any>;

/** Declares a component type. */
export function component<const Kind extends keyof Kinds, F extends Fields>(declaration: Component<Kind, F>): Component<Kind, F> {
  return declaration;
}

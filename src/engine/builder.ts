import type { Context, Template } from '../lang/index.ts';
import type { Value } from '../lang/values.ts';
import type { JsonObject } from '../lib/json.ts';
import { isPlainObject } from '../lib/objects.ts';
import { onDemand } from '../lib/on-demand.ts';
import { writtenSecretsOf } from '../lib/written-secrets.ts';
import { ManifestError } from '../manifest/errors.ts';
import type { Fields, Slot } from './fields.ts';
import { hazardsOf } from './hazards.ts';
import type { Kinds, MutableContext, StreamScope } from './kinds.ts';
import type { Registry, StrayKey } from './registry.ts';
import type { Run } from './run.ts';
import { type SliceVariables, unknownVariable } from './unknown-variables.ts';

/** Names that a template's context may hold beside `config` and `parameters`. */
export type Variable =
  | 'stream_slice'
  | 'next_page_token'
  | 'record'
  | 'response'
  | 'headers'
  | 'last_record'
  | 'last_page_size'
  | 'page_size'
  | 'property'
  | 'value'
  | 'path'
  | 'request_url'
  | 'components_values'
  | 'stream_template_config'
  | 'session_token'
  | 'raw_schema';

/** A value of the manifest, ready to be evaluated: a template, or what it stands for when it is none. */
export interface Expression {
  /** Set when it is the same in every context. */
  readonly constant: Value | undefined;
  evaluate(context: Context): Value;
}

/** What building a component may use: the config, the run, its own parameters, and its children. */
export interface Builder {
  readonly config: JsonObject;
  readonly parameters: JsonObject;
  /** Where the component stands in the manifest, such as `streams[0].retriever.paginator`. */
  readonly path: string;
  readonly run: Run;
  /** The stream that the component belongs to, undefined outside of streams. */
  readonly stream: StreamScope | undefined;
  readonly registry: Registry;
  /** The declaration around the component, given to children that must look at their siblings. */
  readonly declaration: JsonObject | undefined;
  /** A template evaluated as the reference's InterpolatedString; other values stand for themselves. */
  string(value: Value): Expression;
  /** A template evaluated plainly: an empty result is null. */
  template(text: string): Template;
  /** A template that holds or does not; an absent one holds. */
  condition(text: string | boolean | undefined): (context: Context) => boolean;
  /** A new context with `config`, `parameters` and the named variables, which are null until set. */
  context(...variables: Variable[]): MutableContext;
  /** Builds a child. */
  build<Kind extends keyof Kinds>(kind: Kind, spec: Slot<Kind>, options?: BuildOptions): Kinds[Kind];
  buildAll<Kind extends keyof Kinds>(kind: Kind, specs: readonly Slot<Kind>[] | undefined, options?: BuildOptions): Kinds[Kind][];
  /** Whether a child's component is of a kind, for slots that take several kinds. */
  isKind<Kind extends keyof Kinds>(kind: Kind, spec: Slot): spec is Slot<Kind>;
  /** The same builder for children that belong to a stream, to another config or to another view of the run. */
  within(changes: {
    readonly stream?: StreamScope;
    readonly config?: JsonObject;
    readonly run?: Run;
    /** Takes mistakes in templates, which otherwise end the build. */
    readonly mistakes?: ManifestError[];
  }): Builder;
  /** Warns, once with all streams that have it, of something that is declared and does not work as it stands. */
  warn(message: string): void;
  /** Ends the build with an error at this component, or at a field of it. */
  fail(message: string, field?: string): never;
}

/** How a child is built: the type taken when it states none, and the stream it belongs to. */
export interface BuildOptions {
  readonly defaultType?: string;
  readonly stream?: StreamScope;
  /** The declaration around the child, for the few that must look at their siblings. */
  readonly declaration?: JsonObject | undefined;
  /** Where the child stands, when its declaration is a changed copy of the manifest's. */
  readonly path?: string;
  /** Where the values come from that its declaration is made of, for errors. */
  readonly origin?: string | undefined;
  /** Its parameters, whatever the manifest gives it. */
  readonly parameters?: JsonObject;
  /** Leaves the places of its children as they are known, for a declaration that is put together of parts of another. */
  readonly keepPaths?: boolean;
}

/** For the request options of paginators, routers, parents and JWTs, whose names cannot read parameters. */
// parity: parsers/model_to_component_factory.py:create_request_option
export const WITHOUT_PARAMETERS: BuildOptions = { parameters: {} };

/** What a builder is made of. */
export interface BuilderOptions {
  readonly registry: Registry;
  readonly run: Run;
  readonly config: JsonObject;
  readonly stream?: StreamScope | undefined;
  readonly declaration?: JsonObject | undefined;
  readonly mistakes?: ManifestError[] | undefined;
  /** Where the values come from that the components are made of; undefined where the manifest is all. */
  readonly origin?: string | undefined;
}

const UNRESOLVED = Symbol('unresolved');

/** The builder of the manifest's top. */
export function createBuilder(options: BuilderOptions): Builder {
  return makeBuilder(options, {}, { path: '', paths: new WeakMap(), remember: () => {} });
}

/** Where a component stands, and where others do. */
interface Whereabouts {
  readonly path: string;
  readonly paths: WeakMap<object, string>;
  /** Notes where the parts of the component stand, before the first of them is built. */
  readonly remember: () => void;
}

function makeBuilder(options: BuilderOptions, parameters: JsonObject, whereabouts: Whereabouts): Builder {
  const { registry, run, config, stream } = options;
  const { path, paths, remember } = whereabouts;

  const builder: Builder = {
    config,
    parameters,
    path,
    run,
    stream,
    registry,
    declaration: options.declaration,
    string(value) {
      if (typeof value !== 'string') return { constant: value, evaluate: () => value };
      const template = run.templates.compile(value, { path });
      if (!template.constant) return { constant: undefined, evaluate: (context) => template.evaluateString(context) };
      let constant: Value | typeof UNRESOLVED = UNRESOLVED;
      const evaluate = (): Value => {
        if (constant === UNRESOLVED) constant = template.evaluateString({ config, parameters });
        return constant;
      };
      return {
        get constant() {
          return evaluate();
        },
        evaluate,
      };
    },
    template: (text) => run.templates.compile(text, { path }),
    condition(text) {
      if (text === undefined || text === '') return () => true;
      return run.templates.condition(text, { path });
    },
    context(...variables) {
      const context: MutableContext = { config, parameters };
      for (const name of variables) context[name] = null;
      return context;
    },
    build(
      kind,
      spec,
      { defaultType, stream: scope, declaration, path: stated, parameters: given, origin = options.origin, keepPaths = false } = {},
    ) {
      remember();
      const at = stated ?? paths.get(spec) ?? path;
      for (const secret of writtenSecretsOf(spec, isTyped)) run.secrets.add(secret);
      return madeOf(origin, () => {
        const known = registry.resolve(spec, [kind], at, defaultType);
        const parsed = registry.parse(known, spec, at);
        for (const key of registry.strayKeys(known, spec, at)) warnOfKey(run, key);
        const belongsTo = scope ?? stream;
        warnOfTexts(run, belongsTo?.name ?? '', { fields: known.fields, spec, parsed });
        const variables = { templates: run.templates, slices: slicesOf(belongsTo), streamName: belongsTo?.name };
        const mistake = unknownVariable(variables, known.fields, spec, at);
        if (mistake !== undefined) {
          if (options.mistakes === undefined) throw mistake;
          options.mistakes.push(origin === undefined ? mistake : mistake.madeOf(origin));
        }
        const own = given ?? spec['$parameters'];
        const child = makeBuilder({ ...options, stream: belongsTo, declaration, origin }, isPlainObject(own) ? (own as JsonObject) : {}, {
          path: at,
          paths,
          remember: keepPaths ? () => {} : onDemand(() => rememberPaths(spec, at, paths)),
        });
        return known.component.build(parsed, child) as Kinds[typeof kind];
      });
    },
    buildAll: (kind, specs, buildOptions) => (specs ?? []).map((spec) => builder.build(kind, spec, buildOptions)),
    isKind<Kind extends keyof Kinds>(kind: Kind, spec: Slot): spec is Slot<Kind> {
      return typeof spec['type'] === 'string' && registry.find(spec['type'])?.component.kind === kind;
    },
    warn(message) {
      const name = stream?.name ?? options.declaration?.['name'];
      hazardsOf(run).add(typeof name === 'string' ? name : '', message);
    },
    within: (changes) => makeBuilder({ ...options, ...changes }, parameters, whereabouts),
    fail(message, field) {
      return madeOf(options.origin, () => {
        throw new ManifestError({
          code: 'component',
          path: [path, field].filter((part) => part !== undefined && part !== '').join('.'),
          message,
        });
      });
    },
  };
  return builder;
}

/** Makes something; a mistake is told with where the values come from that it is made of. */
function madeOf<T>(origin: string | undefined, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw origin !== undefined && error instanceof ManifestError ? error.madeOf(origin) : error;
  }
}

/** Warns of numbers that are written as texts where the reference takes numbers only. */
function warnOfTexts(
  run: Run,
  streamName: string,
  { fields, spec, parsed }: { readonly fields: Fields; readonly spec: JsonObject; readonly parsed: Record<string, unknown> },
): void {
  for (const [name, { facts }] of Object.entries(fields)) {
    if (facts.alternatives !== undefined || typeof parsed[name] !== 'number' || typeof spec[name] !== 'string') continue;
    hazardsOf(run).add(
      streamName,
      `${name} of ${String(spec['type'])} is the text "${spec[name]}", which the reference refuses, since it takes a number. Leave the quotes out.`,
    );
  }
}

/** Outside of streams nobody knows what slices there are. */
function slicesOf(scope: StreamScope | undefined): SliceVariables | undefined {
  return scope === undefined ? 'any' : scope.sliceVariables;
}

/** Components within a component, and schemas, which are no part of it. */
function isTyped(value: object): boolean {
  return 'type' in value;
}

/** Warns of a key that nobody reads, where it stands first; manifests that tools wrote repeat the same one in each stream. */
export function warnOfKey(run: Run, { name, warning }: StrayKey): void {
  run.shared.once(`stray key ${name}`, () => run.log.warn(warning));
}

/** Notes where the objects directly under a component stand, two levels deep for children in lists and by name. */
function rememberPaths(spec: JsonObject, path: string, paths: WeakMap<object, string>, depth = 2): void {
  for (const [key, value] of Object.entries(spec)) {
    const at = path === '' ? key : `${path}.${key}`;
    if (Array.isArray(value)) {
      value.forEach((item, index) => {
        if (isPlainObject(item)) paths.set(item, `${at}[${index}]`);
      });
    } else if (isPlainObject(value) && key !== '$parameters') {
      paths.set(value, at);
      if (depth > 1) rememberPaths(value as JsonObject, at, paths, depth - 1);
    }
  }
}

import { parse } from 'yaml';
import { components } from '../components/index.ts';
import { createBuilder } from '../engine/builder.ts';
import { createCache } from '../engine/cache.ts';
import type { Slot } from '../engine/fields.ts';
import { createGuards } from '../engine/guards.ts';
import type { Kinds, StreamScope } from '../engine/kinds.ts';
import { createRegistry, type Registry } from '../engine/registry.ts';
import type { Run } from '../engine/run.ts';
import { createCookieJar } from '../http/cookies.ts';
import { createTemplates } from '../lang/index.ts';
import type { JsonObject } from '../lib/json.ts';
import { isPlainObject } from '../lib/objects.ts';
import { createSecrets } from '../lib/secrets.ts';
import type { Log } from '../protocol/log.ts';

/** What a component under test is built with. */
export interface TestSetting {
  readonly config?: JsonObject;
  readonly stream?: StreamScope;
  /** The declaration around the component. */
  readonly declaration?: JsonObject;
  /** The present, which stands still; 2026-01-15T12:34:56.789012Z unless told. */
  readonly now?: bigint;
  readonly run?: Partial<Run>;
}

const NOW = 1_768_480_496_789_012n;

const silent: Log = {
  debugging: false,
  fatal() {},
  error() {},
  warn() {},
  info() {},
  debug() {},
  trace() {},
};

let registry: Registry | undefined;

/** A run whose clock stands still and that prints nothing; asking the network is an error. */
export function testRun({ now = NOW, run = {} }: TestSetting = {}): Run {
  return {
    clock: { now: () => now, steady: () => now, async sleep() {} },
    log: silent,
    http: {
      send() {
        throw new Error('A test that asks the network needs an http of its own.');
      },
      cookieJar: () => createCookieJar(() => Number(now / 1000n)),
      useBudget() {},
    },
    templates: createTemplates({ now: () => now }),
    random: () => 0.5,
    secrets: createSecrets(),
    limits: {},
    guards: createGuards({}),
    shared: createCache(),
    signal: new AbortController().signal,
    async saveConfig() {},
    reportRateLimit() {},
    readFile: async () => undefined,
    environment: {},
    ...run,
  };
}

/** Builds one component, given as YAML or as the object it stands for, with all component types known. */
export function buildFromYaml<Kind extends keyof Kinds>(kind: Kind, source: string | JsonObject, setting: TestSetting = {}): Kinds[Kind] {
  const spec: unknown = typeof source === 'string' ? parse(source) : source;
  if (!isPlainObject(spec)) throw new Error('The YAML of a component is an object.');
  registry ??= createRegistry(components);
  const { config = {}, stream, declaration } = setting;
  const builder = createBuilder({ registry, run: testRun(setting), config, stream });
  return builder.build(kind, spec as Slot<Kind>, declaration === undefined ? {} : { declaration });
}

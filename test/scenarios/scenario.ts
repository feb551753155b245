import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

/** The folder that holds one folder for each scenario. */
export const SCENARIOS = path.resolve(import.meta.dirname, '../../integration_tests/scenarios');

const texts = z.union([z.string(), z.array(z.string())]).transform((value) => (typeof value === 'string' ? [value] : value));
const byStream = <T extends z.ZodType>(value: T) => z.record(z.string(), value);

const fault = z.strictObject({
  path: z.string().optional(),
  asks: z.string().optional(),
  at: z.number().optional(),
  times: z.number().optional(),
  status: z.number().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.string().optional(),
  retryAfter: z.union([z.number(), z.string()]).optional(),
  break: z.enum(['before', 'within']).optional(),
  delay: z.number().optional(),
});

/** What the analytics API holds, whom it lets in and what it does wrong. */
const api = z.strictObject({
  rows: z.number().default(300),
  resources: z.number().default(700),
  seed: z.number().default(1),
  apiKeyHeader: z.string().optional(),
  faults: z.array(fault).optional(),
});

/** A request that must have been made; of objects, only the keys named here are compared. */
const request = z.strictObject({
  method: z.string().optional(),
  path: z.string().optional(),
  query: z.record(z.string(), z.string()).optional(),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.unknown().optional(),
});

/** What a step must lead to. Whatever a step does not name is free, but for an ERROR trace and lines on stderr, which must not be there unasked. */
const expectations = z.strictObject({
  /** The exit code. */
  exit: z.number().default(0),
  /** The signal that the process dies of, in place of an exit code. */
  signal: z.string().optional(),
  /** The number of records of each stream. */
  records: byStream(z.number()).optional(),
  /** The data of all records of a stream, as values. */
  data: byStream(z.array(z.unknown())).optional(),
  /** The statuses of a stream in their order. */
  statuses: byStream(z.array(z.string())).optional(),
  /** The last state of a stream. */
  state: byStream(z.unknown()).optional(),
  /** The answer of a check, with what its message says. */
  check: z.strictObject({ status: z.enum(['SUCCEEDED', 'FAILED']), message: texts.optional() }).optional(),
  /** The streams that a discover finds, with their sync modes. */
  streams: byStream(z.array(z.string())).optional(),
  /** What the first ERROR trace says, whose fault it is and which stream it names. */
  error: z.strictObject({ type: z.string(), message: texts, stream: z.string().optional() }).optional(),
  /** Log messages of the level WARN or above, each found in one line. */
  warnings: texts.optional(),
  /** Texts found on stdout or on stderr, digit for digit, and texts found on neither. */
  stdout: texts.optional(),
  stderr: texts.optional(),
  absent: texts.optional(),
  /** Texts found on stdout where it is meant for people: then its lines need not be messages. */
  help: texts.optional(),
  /** How many requests the API saw during the step, by path. */
  requests: z.record(z.string(), z.number()).optional(),
  /** Requests that the API saw, in this order, others in between. */
  seen: z.array(request).optional(),
  /** Bounds of the duration in seconds. */
  seconds: z.strictObject({ least: z.number().default(0), most: z.number().default(30) }).optional(),
});

const step = z.strictObject({
  about: z.string().optional(),
  /** The arguments before the files: a command, or whatever is tried. */
  run: texts,
  /** Merged over integration_tests/config.json; null takes a key away. `$API` is the address of the API. */
  config: z.record(z.string(), z.unknown()).optional(),
  /** Streams and how they are read; the key order is that of the catalog. */
  catalog: byStream(z.enum(['full_refresh', 'incremental'])).optional(),
  /** `previous`: what the step before left; else a list of states. */
  state: z.union([z.literal('previous'), z.array(z.unknown())]).optional(),
  /** Files of the scenario's folder in place of what is made of the keys above; they need not exist. A manifest of null: none is given. */
  files: z
    .strictObject({
      config: z.string().optional(),
      catalog: z.string().optional(),
      state: z.string().optional(),
      manifest: z.string().nullable().optional(),
    })
    .default({}),
  /** The file argument that is `-`, its content coming by standard input. */
  stdin: z.enum(['config', 'catalog', 'state', 'manifest']).optional(),
  debug: z.boolean().default(false),
  cloud: z.boolean().default(false),
  /** The working directory, from the scenario's folder on; an empty one unless told. */
  cwd: z.string().optional(),
  /** Guards, each as `NAME=VALUE`. */
  guards: z.array(z.string()).default([]),
  env: z.record(z.string(), z.string()).default({}),
  /** Rows that the dataset gets before the step. */
  addRows: z.number().optional(),
  /** Sends a signal, or closes stdout, once a text is seen on stdout. */
  interrupt: z.strictObject({ by: z.string(), once: z.string() }).optional(),
  expect: expectations,
});

const scenario = z.strictObject({
  about: z.string(),
  api: api.default({ rows: 300, resources: 700, seed: 1 }),
  /** Values that must not appear in any output, in any encoding, beside the credentials of integration_tests/config.json. */
  secrets: z.array(z.string()).default([]),
  steps: z.array(step).min(1),
});

export type Expectations = z.output<typeof expectations>;
export type ExpectedRequest = z.output<typeof request>;
export type Step = z.output<typeof step>;
export type Scenario = z.output<typeof scenario>;

/** The names of all scenarios. */
export function scenarioNames(): string[] {
  return readdirSync(SCENARIOS)
    .filter((name) => existsSync(path.join(SCENARIOS, name, 'scenario.yaml')))
    .sort();
}

/** Reads a scenario; throws when it has a key that nobody reads. */
export function loadScenario(name: string): Scenario {
  return scenario.parse(parse(readFileSync(path.join(SCENARIOS, name, 'scenario.yaml'), 'utf8')));
}

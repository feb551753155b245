import { DEFAULT_BODY_LIMITS } from '../http/content-encoding.ts';
import { Float, type Json, type JsonObject } from '../lib/json.ts';
import { nearestName } from '../lib/nearest-name.ts';
import { isPlainObject, ownProperty } from '../lib/objects.ts';
import { ManifestError } from '../manifest/errors.ts';

/** What a run refuses, bounds or waits for at most, so that it neither loops nor hangs nor leaks; bounds may be Infinity. */
export interface Guards {
  /** What a page token does that was used before and gives the same page again. */
  readonly repeated_token: 'error' | 'warn' | 'ignore';
  /** Identical pages in a row that a slice may have; the second one is warned of. */
  readonly identical_pages: number;
  /** Pages that a slice may have. */
  readonly max_pages: number;
  /** What a page token is made of when filters drop records: the page as the API sent it, or what they left of it. */
  readonly filtered_paging: 'mend' | 'keep';
  /** What a cursor value does that lies in the future: leaves the state alone, or moves it on so that nothing before it is read again. */
  readonly future_cursor: 'clamp' | 'keep';
  /** Seconds without a byte after which a request is given up and tried again. */
  readonly silence: number;
  /** Bytes a second below which a response is given up and tried again, as measured over twice the longest silence; no bound is Infinity. */
  readonly min_speed: number;
  /** Seconds that one request may take to the end of its response. */
  readonly max_request_time: number;
  /** Bytes of a response that is held in memory as a whole; one that is decoded while it arrives may be of any length. */
  readonly max_response_bytes: number;
  /** How many times larger a response may be unpacked than packed, once it is longer than 64 MiB. */
  readonly max_expansion: number;
  /** What becomes of headers with credentials when the API redirects to another host. */
  readonly redirected_credentials: 'drop' | 'keep';
  /** Retries that a run may make beyond its successes. */
  readonly retry_budget: number;
  /** Whether requests to a host that limits their rate are slowed down, and made faster again by and by. */
  readonly adaptive_rate: 'on' | 'off';
  /** What becomes of a 4xx that cannot succeed by being repeated unchanged and that the manifest says nothing of. */
  readonly permanent_errors: 'repeat' | 'fail';
  /** The longest wait, in seconds, before a request is repeated, whatever the API or the manifest asks for. */
  readonly max_wait: number;
  /** What becomes of a stream that seems to end before it was read: a warning, or its failure. */
  readonly suspicious_end: 'warn' | 'fail';
  /** What `sync` does when a token that is replaced with each use is due and the file of the config cannot take the new one. */
  readonly unsaved_config: 'fail' | 'warn';
  /** Seconds that custom code may work on a call without any sign of life, after which its process is ended. */
  readonly custom_code_seconds: number;
  /** Megabytes that the heap of the process for custom code may take. */
  readonly custom_code_megabytes: number;
}

/** How one guard is set, and what the documentation says of it. */
interface Setting {
  readonly kind: 'choice' | 'whole' | 'seconds';
  readonly about: string;
  readonly choices?: readonly string[];
  readonly default: string | number;
}

/** Every guard with its default; the order is that of the documentation. */
export const GUARD_SETTINGS: Readonly<Record<keyof Guards, Setting>> = {
  repeated_token: {
    kind: 'choice',
    choices: ['error', 'warn', 'ignore'],
    default: 'error',
    about: 'A page token comes again and gives the same page again.',
  },
  identical_pages: {
    kind: 'whole',
    default: 10,
    about: 'Pages of the same content that a slice may have in a row; the second is warned of, one more than this is an error.',
  },
  max_pages: { kind: 'whole', default: 1_000_000, about: 'Pages that a slice may have.' },
  filtered_paging: {
    kind: 'choice',
    choices: ['mend', 'keep'],
    default: 'mend',
    about:
      'Filters drop records of a page: `mend` makes `last_page_size` and `last_record` those of the page as the API sent it, `keep` those of what is left, as the reference does.',
  },
  future_cursor: {
    kind: 'choice',
    choices: ['clamp', 'keep'],
    default: 'clamp',
    about:
      'A record has a cursor value later than the present and than the `end_datetime`: `clamp` keeps it out of the state, which then reaches to the present at most.',
  },
  silence: {
    kind: 'seconds',
    default: 300,
    about:
      'Seconds without a byte after which a request is given up and tried again; `read_timeout_in_seconds` of a requester goes before it.',
  },
  min_speed: {
    kind: 'whole',
    default: 10,
    about:
      'Bytes a second below which a response is given up and tried again, however regularly they come; measured over twice `silence` (or `read_timeout_in_seconds`), and over 20 seconds at least.',
  },
  max_request_time: {
    kind: 'seconds',
    default: 86_400,
    about: 'Seconds that one request may take to the end of its response; time in which the connector itself holds it back does not count.',
  },
  max_response_bytes: {
    kind: 'whole',
    default: DEFAULT_BODY_LIMITS.heldBytes,
    about: 'Bytes of a response that is held in memory as a whole; one that is decoded while it arrives may be of any length.',
  },
  max_expansion: {
    kind: 'whole',
    default: DEFAULT_BODY_LIMITS.ratio,
    about: 'How many times larger a response, or a file in it, may be unpacked than packed, once it is longer than 64 MiB.',
  },
  redirected_credentials: {
    kind: 'choice',
    choices: ['drop', 'keep'],
    default: 'drop',
    about:
      'The API redirects to a host that neither the manifest nor the config names: headers and parameters with credentials stay behind, and credentials in the path or the body are an error; `keep` lets them go, but for Authorization and Cookie.',
  },
  retry_budget: {
    kind: 'whole',
    default: 500,
    about: 'Retries that a run may make beyond its successes, so that an API that is down ends it; waits for rate limits cost none.',
  },
  adaptive_rate: {
    kind: 'choice',
    choices: ['on', 'off'],
    default: 'on',
    about:
      'A host that limits the rate of requests again and again, and does not say for how long, gets half as many, and more again by and by.',
  },
  permanent_errors: {
    kind: 'choice',
    choices: ['repeat', 'fail'],
    default: 'repeat',
    about:
      'The API answers with a 4xx that cannot succeed unchanged and that no response filter speaks of: `fail` ends with its message at once, `repeat` after the retries, as the reference does.',
  },
  max_wait: {
    kind: 'seconds',
    default: 86_400,
    about:
      'The longest wait in seconds before a request is repeated, whatever the API or the manifest asks for; a wait that is cut short is warned of.',
  },
  suspicious_end: {
    kind: 'choice',
    choices: ['warn', 'fail'],
    default: 'warn',
    about:
      'A stream seems to end too early: paging stops on the first page while the response points to a next one, or no parent record has the `parent_key`. `fail` makes the stream fail.',
  },
  unsaved_config: {
    kind: 'choice',
    choices: ['fail', 'warn'],
    default: 'fail',
    about:
      'A sync is about to use a refresh token that is replaced with each use, and the config file cannot take the new one: `fail` does not use it, `warn` uses it and warns.',
  },
  custom_code_seconds: {
    kind: 'seconds',
    default: 10,
    about: 'Seconds that custom code may work on one call, or on one record; what waits for the API does not count.',
  },
  custom_code_megabytes: {
    kind: 'whole',
    default: 512,
    about: 'Megabytes of memory that custom code may take.',
  },
};

/** Guards that may be set for one stream alone. */
const OF_STREAMS: readonly (keyof Guards)[] = [
  'repeated_token',
  'identical_pages',
  'max_pages',
  'filtered_paging',
  'future_cursor',
  'permanent_errors',
  'suspicious_end',
];

const NAMES = Object.keys(GUARD_SETTINGS) as (keyof Guards)[];

/** The guards as they stand when nobody sets any. */
export const DEFAULT_GUARDS: Guards = Object.fromEntries(NAMES.map((name) => [name, GUARD_SETTINGS[name].default])) as unknown as Guards;

/** The guards of a run, and those of its streams. */
export interface RunGuards extends Guards {
  of(streamName: string): Guards;
}

/** Raised for a guard that there is not, or a value that it does not take. */
export class GuardError extends Error {
  override readonly name = 'GuardError';
}

/** One `[STREAM.]NAME=VALUE` of the command line. */
export interface GuardOption {
  readonly stream: string | undefined;
  readonly values: Partial<Guards>;
}

/** Reads a `[STREAM.]NAME=VALUE`; throws GuardError that says what is possible. */
export function parseGuard(text: string): GuardOption {
  const equals = text.indexOf('=');
  if (equals < 0) throw new GuardError(`"${text}" is no guard: write NAME=VALUE, such as max_pages=1000.`);
  const [target, value] = [text.slice(0, equals), text.slice(equals + 1)];
  const dot = target.lastIndexOf('.');
  const stream = dot < 0 ? undefined : target.slice(0, dot);
  return { stream, values: parsed(target.slice(dot + 1), value, stream !== undefined) };
}

/** The most that a manifest may set bounds to, where whoever runs the connector does not trust its author. */
export type GuardCeilings = Partial<Pick<Guards, 'max_response_bytes' | 'max_expansion' | 'custom_code_seconds' | 'custom_code_megabytes'>>;

/**
 * The guards of a run: those of the command line before those of the manifest (`metadata.guards`, where `streams` holds those of single
 * streams) before the defaults; those of a stream before those of all. What the manifest or a default says stays below the ceilings. Throws
 * ManifestError for a mistake in the manifest.
 */
export function createGuards(manifest: JsonObject, options: readonly GuardOption[] = [], ceilings: GuardCeilings = {}): RunGuards {
  const metadata = ownProperty(manifest, 'metadata');
  const declared = isPlainObject(metadata) ? ownProperty(metadata as JsonObject, 'guards') : undefined;
  const byStream = new Map<string, Partial<Guards>>();
  const add = (stream: string, values: Partial<Guards>): void => void byStream.set(stream, { ...byStream.get(stream), ...values });
  const common = declared === undefined ? {} : readDeclared(declared, add);
  const stated = options.filter(({ stream }) => stream === undefined).map(({ values }) => values);
  for (const { stream, values } of options) if (stream !== undefined) add(stream, values);
  const all: Guards = Object.assign(below(ceilings, { ...DEFAULT_GUARDS, ...common }), ...stated);
  return { ...all, of: (stream) => ({ ...all, ...byStream.get(stream) }) };
}

function below(ceilings: GuardCeilings, guards: Guards): Guards {
  const names = Object.keys(ceilings) as (keyof GuardCeilings)[];
  const bounded = names.map((name) => [name, Math.min(guards[name], ceilings[name] ?? Number.POSITIVE_INFINITY)]);
  return { ...guards, ...Object.fromEntries(bounded) };
}

const PLACE = 'metadata.guards';

function readDeclared(declared: Json, add: (stream: string, values: Partial<Guards>) => void): Partial<Guards> {
  const { streams = {}, ...common } = objectAt(declared, PLACE);
  for (const [stream, values] of Object.entries(objectAt(streams, `${PLACE}.streams`))) {
    add(stream, readValues(objectAt(values, `${PLACE}.streams.${stream}`), `${PLACE}.streams.${stream}`, true));
  }
  return readValues(common, PLACE, false);
}

function readValues(values: JsonObject, path: string, ofStream: boolean): Partial<Guards> {
  return Object.assign({}, ...Object.entries(values).map(([name, value]) => located(path, () => parsed(name, value, ofStream))));
}

function objectAt(value: Json, path: string): JsonObject {
  if (isPlainObject(value)) return value as JsonObject;
  throw new ManifestError({ code: 'guard', path, message: 'Guards are an object of names and values.' });
}

function located<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof GuardError)) throw error;
    throw new ManifestError({ code: 'guard', path, message: error.message });
  }
}

/** One guard with its value, given as text or as JSON. */
function parsed(name: string, value: Json, ofStream: boolean): Partial<Guards> {
  const setting = Object.hasOwn(GUARD_SETTINGS, name) ? GUARD_SETTINGS[name as keyof Guards] : undefined;
  if (setting === undefined) {
    const near = nearestName(name, NAMES);
    throw new GuardError(
      `There is no guard "${name}"${near === undefined ? `; there are ${NAMES.join(', ')}.` : `; did you mean ${near}?`}`,
    );
  }
  if (ofStream && !OF_STREAMS.includes(name as keyof Guards))
    throw new GuardError(`The guard ${name} holds for the whole run and cannot be set for a stream; ${OF_STREAMS.join(', ')} can.`);
  return { [name]: setting.kind === 'choice' ? choice(name, setting, value) : bound(name, setting, value) };
}

function choice(name: string, { choices = [] }: Setting, value: Json): string {
  if (typeof value === 'string' && choices.includes(value)) return value;
  throw new GuardError(`The guard ${name} takes ${choices.join(', ')}, not ${JSON.stringify(value)}.`);
}

/** A bound; `none` takes it away. */
function bound(name: string, { kind }: Setting, value: Json): number {
  if (value === 'none') return Number.POSITIVE_INFINITY;
  const text = typeof value === 'number' || typeof value === 'string' || value instanceof Float ? String(value) : '';
  const pattern = kind === 'whole' ? /^\d{1,15}$/ : /^\d{1,9}(\.\d{1,6})?$/;
  if (pattern.test(text)) return Number(text);
  const expected = kind === 'whole' ? 'a whole number' : 'a number of seconds';
  throw new GuardError(`The guard ${name} takes ${expected} or none, not ${JSON.stringify(value)}.`);
}

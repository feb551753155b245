import { existsSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { components } from '../components/index.ts';
import { createBuilder, warnOfKey } from '../engine/builder.ts';
import { createCache } from '../engine/cache.ts';
import { checkOverrides } from '../engine/config-overrides.ts';
import type { CustomCode } from '../engine/custom-code.ts';
import type { Slot } from '../engine/fields.ts';
import { createGuards, type RunGuards } from '../engine/guards.ts';
import { createHttp, type Http, TransportError, transportFailure } from '../engine/http.ts';
import type { ConnectorSpec, Source } from '../engine/kinds.ts';
import { createRegistry, type Registry } from '../engine/registry.ts';
import type { Limits, Run } from '../engine/run.ts';
import { createAdaptiveRate } from '../http/adaptive-rate.ts';
import { createCloudGuard } from '../http/address-guard.ts';
import { createResponseCache } from '../http/cache.ts';
import { DEFAULT_BODY_LIMITS } from '../http/content-encoding.ts';
import { createHostPauses } from '../http/pauses.ts';
import { createRetryBudget } from '../http/retry-budget.ts';
import { createTransport } from '../http/transport.ts';
import { createTemplates, TemplateError } from '../lang/index.ts';
import { type Json, type JsonObject, stringifyJson } from '../lib/json.ts';
import { isPlainObject } from '../lib/objects.ts';
import { collectSecrets, createSecrets, type Secrets } from '../lib/secrets.ts';
import { ManifestError } from '../manifest/errors.ts';
import { processManifest } from '../manifest/index.ts';
import { locateError, type PreparedManifest, prepareManifest } from '../manifest/prepare.ts';
import { ConfigError, errorTrace } from '../protocol/failure.ts';
import { createLog, debugWanted, type Log } from '../protocol/log.ts';
import { configUpdate, streamStatus } from '../protocol/messages.ts';
import { createOutput, type Output } from '../protocol/output.ts';
import { endOnSignals } from '../protocol/signals.ts';
import { validateConfig } from './config-schema.ts';
import { loadCustomCode } from './custom-code.ts';
import { createFileStore, filesFolder } from './file-store.ts';
import { readObject, readText } from './inputs.ts';
import type { CommandOptions } from './program.ts';
import { version } from './version.ts';

/** Where an image holds the manifest of its connector. */
const IMAGE_MANIFEST = '/airbyte/integration_code/source_declarative_manifest/manifest.yaml';
const INJECTED_MANIFEST = '__injected_declarative_manifest';

/** What every command works with. */
export interface Session {
  readonly output: Output;
  readonly log: Log;
  readonly secrets: Secrets;
  readonly options: CommandOptions;
  readonly registry: Registry;
  /** Has something given back when the command ends, by a signal too. */
  readonly onEnd: (close: () => void) => void;
}

/** The connector that a command is about, ready to be built. */
export interface Connector {
  readonly prepared: PreparedManifest;
  readonly text: string | undefined;
  readonly manifest: JsonObject;
  readonly config: JsonObject;
  readonly configPath: string | undefined;
  /** The folder that the manifest lies in. */
  readonly folder: string;
}

/** Runs a command: an error becomes one ERROR trace and exit code 1, and all output is written before the end. */
export async function runCommand(options: CommandOptions, body: (session: Session) => Promise<number>): Promise<number> {
  const secrets = createSecrets();
  const output = createOutput({ now: Date.now, redact: secrets.redact });
  const log = createLog(output, { debug: options.debug === true || debugWanted(process.env) });
  const closers: (() => void)[] = [];
  const closeAll = (): void => {
    for (const close of closers.splice(0)) close();
  };
  const release = endOnSignals(output, { beforeEnd: closeAll });
  try {
    return await body({ output, log, secrets, options, registry: createRegistry(components), onEnd: (close) => closers.push(close) });
  } catch (error) {
    output.message(errorTrace(forUser(error)));
    return 1;
  } finally {
    closeAll();
    await output.end();
    release();
  }
}

/** Errors of the manifest are the user's to mend; what breaks below HTTP says so itself. */
function forUser(error: unknown): unknown {
  if (error instanceof TransportError) return transportFailure(error);
  if (error instanceof ManifestError) return new ConfigError(error.message, { cause: error });
  return error;
}

/** Finds the manifest: the image's own, the one of the arguments, the one inside the config, or the built-in one; undefined when there is none. */
export async function findConnector({ options, log }: Session): Promise<Connector | undefined> {
  const config = options.config === undefined ? {} : readObject('config', options.config);
  const file = manifestFile(options);
  if (file === undefined) {
    const injected = config[INJECTED_MANIFEST];
    if (injected === undefined) return undefined;
    if (!isPlainObject(injected)) throw new ConfigError(`${INJECTED_MANIFEST} in the config must be an object: the manifest as JSON.`);
    const manifest = processManifest(injected as JsonObject);
    return {
      prepared: { fileName: INJECTED_MANIFEST, manifest, warnings: [] },
      text: undefined,
      manifest,
      config,
      configPath: options.config,
      folder: process.cwd(),
    };
  }
  const text = readText('manifest', file);
  const prepared = await prepareManifest(text, file === '-' ? 'manifest' : path.basename(file));
  for (const { message, place } of prepared.warnings) log.warn(`${place}: ${message}`);
  return {
    prepared,
    text,
    manifest: prepared.manifest,
    config,
    configPath: options.config,
    folder: file === '-' ? process.cwd() : path.dirname(file),
  };
}

function manifestFile(options: CommandOptions): string | undefined {
  return existsSync(IMAGE_MANIFEST) ? IMAGE_MANIFEST : options.manifestPath;
}

/** The connector, which must be there. */
export async function requireConnector(session: Session): Promise<Connector> {
  const connector = await findConnector(session);
  if (connector === undefined) {
    throw new ConfigError(`There is no manifest: give one by --manifest-path, or in the config under ${INJECTED_MANIFEST}.`);
  }
  return connector;
}

/** The error with the place in the manifest's text where it lies; a template that cannot be read is a mistake of the manifest. */
export async function explainError({ text, prepared }: Pick<Connector, 'text' | 'prepared'>, error: unknown): Promise<unknown> {
  const mistake =
    error instanceof TemplateError && error.column !== undefined && error.path !== undefined
      ? new ManifestError({ code: 'template', path: error.path, message: error.message, cause: error })
      : error;
  return forUser(text === undefined ? mistake : await locateError(mistake, text, prepared.fileName));
}

/** Does a command's work, and tells where in the manifest's text an error lies. */
export async function inManifest<T>({ text, prepared }: Connector, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw await explainError({ text, prepared }, error);
  }
}

/** The specification that lies beside a manifest which holds none: `spec.json`, as the `spec` command prints it; throws ConfigError without it. */
function specFile(folder: string): ConnectorSpec {
  const file = path.join(folder, 'spec.json');
  if (!existsSync(file))
    throw new ConfigError(
      'The manifest has no "spec", and no spec.json lies beside it: add a Spec with the connection_specification of the config.',
    );
  return { message: readObject('spec', file), migrate: (config) => config, transform: (config) => config, validate: async () => {} };
}

/** The specification of a connector. */
export function buildSpec(session: Session, { manifest, folder }: Connector, run: Run): ConnectorSpec {
  const declared = manifest['spec'];
  if (!isPlainObject(declared)) return specFile(folder);
  const builder = createBuilder({ registry: session.registry, run, config: {} });
  return builder.build('spec', declared as Slot<'spec'>, { path: 'spec' });
}

/** A connector with a config that fits its specification: ready to be asked. */
export interface Opened {
  readonly run: Run;
  readonly config: JsonObject;
  /** Looks at every component of the manifest, also those that the command does not need; throws ManifestError for all that is wrong. */
  validate(): void;
  /** Builds the source with the config, or with some of its values replaced. */
  source(overrides?: JsonObject): Source;
}

/** The code for the custom components of a part of the manifest. */
export function customCodeOf(
  { registry, options }: Session,
  { config, folder }: Connector,
  part: Json | undefined,
): Promise<CustomCode | undefined> {
  return loadCustomCode(part, { registry, config, folder, file: options.componentsPath, environment: process.env });
}

/** Brings the config into the connector's present form, checks it and builds the source. */
export async function openConnector(session: Session, connector: Connector, limits: Limits = {}): Promise<Opened> {
  const { output, secrets, registry } = session;
  const customCode = await customCodeOf(session, connector, connector.manifest);
  const run = createRun(session, {
    folder: connector.folder,
    limits,
    guards: createGuards(connector.manifest, session.options.guard),
    customCode,
    saveConfig: (config) => writeConfig(output, config),
  });
  const spec = buildSpec(session, connector, run);
  const specification = isPlainObject(spec.message['connectionSpecification'])
    ? (spec.message['connectionSpecification'] as JsonObject)
    : {};
  const learn = (values: JsonObject): void => {
    for (const secret of collectSecrets(values, specification)) secrets.add(secret);
  };
  learn(connector.config);
  const migrated = await migrateConfig(connector, spec, run);
  const config = Object.keys(migrated).length === 0 ? migrated : spec.transform(migrated);
  learn(config);
  await validateConfig(config, specification);
  await spec.validate(config);
  return {
    run,
    config,
    validate() {
      const { errors, strayKeys } = registry.validate(connector.manifest, ['source'], '');
      for (const key of strayKeys) warnOfKey(run, key);
      const [first, ...others] = errors;
      if (first !== undefined) throw first.with(others);
    },
    source(overrides) {
      if (overrides !== undefined) {
        checkOverrides(overrides, { manifest: connector.manifest, registry, specification, log: session.log });
        learn(overrides);
      }
      const builder = createBuilder({ registry, run, config: overrides === undefined ? config : { ...config, ...overrides } });
      return builder.build('source', connector.manifest as Slot<'source'>);
    },
  };
}

/** Has the platform keep a new config; resolves when it is handed over, since tokens in it may be gone otherwise. */
async function writeConfig(output: Output, config: JsonObject): Promise<void> {
  output.message(configUpdate(config));
  output.flush();
  await output.drained();
}

/** Rewrites an old config and has the platform keep the new one. parity: concurrent_declarative_source.py:_migrate_and_transform_config */
async function migrateConfig({ config, configPath }: Connector, spec: ConnectorSpec, run: Run): Promise<JsonObject> {
  if (Object.keys(config).length === 0) return config;
  const migrated = spec.migrate(config);
  if (migrated === config) return config;
  if (configPath !== undefined && configPath !== '-') {
    try {
      writeFileSync(configPath, stringifyJson(migrated));
    } catch (error) {
      run.log.warn(
        `The migrated config could not be written to ${configPath} (${(error as NodeJS.ErrnoException).code}); the CONTROL message has it.`,
      );
    }
  }
  await run.saveConfig(migrated);
  return migrated;
}

/** What differs between the runs of commands. */
export interface RunSettings {
  /** The folder that the manifest lies in. */
  readonly folder: string;
  readonly limits?: Limits;
  /** Those of the manifest and the command line; the defaults without any. */
  readonly guards?: RunGuards;
  readonly customCode?: CustomCode | undefined;
  readonly saveConfig: (config: JsonObject) => Promise<void>;
}

/** Reads files of the connector's folder by their relative paths. */
function readBeside(folder: string): (file: string) => Promise<string | undefined> {
  return async (file) => {
    try {
      return await readFile(path.resolve(folder, file), 'utf8');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
      throw new ConfigError(`The file "${file}" cannot be read: ${code}.`, { cause: error });
    }
  };
}

/** Microseconds since 1970. */
function now(): bigint {
  return BigInt(Math.round(Date.now() * 1000));
}

/** Seconds as the timeouts of the transport, for which 0 is no bound. */
function toTimeout(seconds: number): number {
  return Number.isFinite(seconds) ? Math.max(1, seconds * 1000) : 0;
}

/** Everything that lasts as long as the command. */
export function createRun(
  { output, log, secrets, options, onEnd }: Session,
  { folder, limits = {}, guards = createGuards({}), customCode, saveConfig }: RunSettings,
): Run {
  const abort = new AbortController();
  const nowMs = (): number => Date.now();
  const rest = async (ms: number, signal?: AbortSignal): Promise<void> => {
    await sleep(ms, undefined, signal === undefined ? {} : { signal });
  };
  const reportRateLimit = (name: string): void => {
    if (name !== '') output.message(streamStatus({ name }, 'RUNNING', [{ type: 'RATE_LIMITED' }]));
  };
  let http: Http | undefined;
  const makeHttp = (): Http => {
    const cloud = options.cloud === true || process.env['DEPLOYMENT_MODE']?.toLowerCase() === 'cloud';
    const transport = createTransport({
      connections: 256,
      readTimeoutMs: toTimeout(guards.silence),
      bodyLimits: { ...DEFAULT_BODY_LIMITS, ratio: guards.max_expansion, heldBytes: guards.max_response_bytes },
      userAgent: `source-declarative/${version().split(' ')[0]}`,
      redact: secrets.redact,
      observer: {
        end: ({ request, status, totalMs, bytes, attempt }) =>
          log.debug(
            () =>
              `${request.method} ${secrets.redactUrl(request.url)} -> ${status} in ${Math.round(totalMs ?? 0)} ms, ${bytes} bytes, attempt ${attempt}`,
          ),
        error: ({ request, error, attempt }) =>
          log.debug(() => `${request.method} ${secrets.redactUrl(request.url)} failed: ${error?.message ?? ''} (attempt ${attempt})`),
      },
      ...(cloud ? { guard: createCloudGuard() } : {}),
    });
    const cache = createResponseCache({ onDiskFailure: (error) => log.warn(`Responses cannot be cached on disk: ${error.message}`) });
    onEnd(() => {
      abort.abort();
      cache.close();
      void transport.close();
    });
    return createHttp({
      transport: transport.send,
      cache: limits.retries === false ? undefined : cache,
      pauses: createHostPauses({ now: nowMs, sleep: rest }),
      log,
      secrets,
      signal: abort.signal,
      nowMs,
      sleep: rest,
      random: Math.random,
      onRateLimited: reportRateLimit,
      retries: limits.retries !== false,
      rate: guards.adaptive_rate === 'on' ? createAdaptiveRate({ now: nowMs, sleep: rest }) : undefined,
      retryBudget: createRetryBudget(guards.retry_budget),
      maxWaitSeconds: guards.max_wait,
      keepsRedirectedCredentials: guards.redirected_credentials === 'keep',
    });
  };
  return {
    clock: { now, sleep: (ms) => rest(ms, abort.signal) },
    log,
    get http() {
      http ??= makeHttp();
      return http;
    },
    templates: createTemplates({ now, warn: (message) => log.warn(message) }),
    random: Math.random,
    secrets,
    limits,
    guards,
    shared: createCache(),
    signal: abort.signal,
    saveConfig,
    reportRateLimit,
    readFile: readBeside(folder),
    storeFile: limits.retries === false ? undefined : createFileStore(filesFolder(process.env)),
    customCode,
    environment: process.env,
  };
}

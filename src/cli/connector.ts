import { existsSync } from 'node:fs';
import path from 'node:path';
import { createBuilder } from '../engine/builder.ts';
import type { CustomCode } from '../engine/custom-code.ts';
import type { Slot } from '../engine/fields.ts';
import { DEFAULT_GUARDS, type Guards } from '../engine/guards.ts';
import type { ConnectorSpec } from '../engine/kinds.ts';
import type { Run } from '../engine/run.ts';
import { TemplateError } from '../lang/errors.ts';
import type { Json, JsonObject } from '../lib/json.ts';
import { isPlainObject } from '../lib/objects.ts';
import { onDemand } from '../lib/on-demand.ts';
import { ManifestError } from '../manifest/errors.ts';
import { processManifest } from '../manifest/index.ts';
import { locateError, type PreparedManifest, prepareManifest } from '../manifest/prepare.ts';
import { preparedFile, readPrepared } from '../manifest/prepared-file.ts';
import { ConfigError } from '../protocol/failure.ts';
import type { Log } from '../protocol/log.ts';
import { loadCustomCode } from './custom-code.ts';
import { INJECTED_MANIFEST } from './injected-keys.ts';
import { readBytes, readIfPresent, readObject } from './inputs.ts';
import type { CommandOptions } from './program.ts';
import { forUser, type Session } from './session.ts';
import { version } from './version.ts';

/** Where an image holds the manifest of its connector. */
const IMAGE_MANIFEST = '/airbyte/integration_code/source_declarative_manifest/manifest.yaml';
/** The manifest of the working directory, when nothing else says which one and the second file shows that it is a connector's folder. */
const NEARBY_MANIFEST = 'manifest.yaml';
const CONNECTOR_METADATA = 'metadata.yaml';

/** The connector that a command is about, ready to be built. */
export interface Connector {
  readonly prepared: PreparedManifest;
  /** Gives the manifest's text; undefined when it has none. */
  readonly text: (() => string) | undefined;
  /** The manifest, or the part of it that the command needs. */
  readonly manifest: JsonObject;
  readonly config: JsonObject;
  readonly configPath: string | undefined;
  /** Whether the config comes from a recording, which masks what only a whole config can show to be right. */
  readonly configIsMasked?: boolean;
  /** The folder that the manifest lies in; undefined when it came over the network, so that no file belongs to it. */
  readonly folder: string | undefined;
}

/** The part of a prepared manifest that a command needs; undefined where it needs the whole. */
export type ManifestPart = (prepared: PreparedManifest) => JsonObject | undefined;

/** Finds the manifest: the image's own, the one of the arguments, inside the config or in the working directory; undefined when there is none. */
export async function findConnector(
  { options, log }: Session,
  config = readConfig(options),
  part?: ManifestPart,
): Promise<Connector | undefined> {
  const injected = config[INJECTED_MANIFEST];
  const file = manifestFile(options, injected !== undefined);
  if (file === undefined) {
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
  const bytes = readBytes('manifest', file);
  const folder = file === '-' ? process.cwd() : path.dirname(file);
  const name = file === '-' ? 'manifest' : path.basename(file);
  const text = onDemand(() => bytes.toString('utf8'));
  const manifest = { text, name, folder, prepared: preparedBefore(file, bytes), part };
  return readConnector(manifest, { config, configPath: options.config }, log);
}

/** A manifest's text, the name it is told of under, and what was stored of it. */
export interface ManifestText {
  readonly text: () => string;
  readonly name: string;
  readonly folder: string | undefined;
  readonly prepared?: PreparedManifest | undefined;
  readonly part?: ManifestPart | undefined;
}

/** The connector of a manifest's text. */
export async function readConnector(
  { text, name, folder, prepared: stored, part }: ManifestText,
  config: Pick<Connector, 'config' | 'configPath' | 'configIsMasked'>,
  log: Log,
): Promise<Connector> {
  const prepared = stored ?? (await prepareManifest(text(), name));
  for (const { message, place } of prepared.warnings) log.warn(`${place}: ${message}`);
  return { prepared, text, manifest: part?.(prepared) ?? prepared.manifest, ...config, folder };
}

/** The config of the arguments; empty when there is none. */
export function readConfig({ config }: CommandOptions): JsonObject {
  return config === undefined ? {} : readObject('config', config);
}

/** What `prepare` has stored of the manifest, beside it or beside the bundle, if it stands for this very file. */
function preparedBefore(file: string, bytes: Buffer): PreparedManifest | undefined {
  if (file === '-') return undefined;
  const fileName = path.basename(file);
  for (const candidate of [preparedFile(file), path.join(path.dirname(process.argv[1] ?? ''), preparedFile(fileName))]) {
    const stored = readIfPresent(candidate);
    const prepared = stored === undefined ? undefined : readPrepared(stored, { bytes, version: version(), fileName });
    if (prepared !== undefined) return prepared;
  }
  return undefined;
}

function manifestFile({ manifestPath }: CommandOptions, isInjected: boolean): string | undefined {
  if (existsSync(IMAGE_MANIFEST)) return IMAGE_MANIFEST;
  if (manifestPath !== undefined || isInjected) return manifestPath;
  return existsSync(NEARBY_MANIFEST) && existsSync(CONNECTOR_METADATA) ? NEARBY_MANIFEST : undefined;
}

/** The connector, which must be there. */
export async function requireConnector(session: Session, config?: JsonObject, part?: ManifestPart): Promise<Connector> {
  const connector = await findConnector(session, config, part);
  if (connector === undefined) {
    const hint = existsSync(NEARBY_MANIFEST) ? `; ./${NEARBY_MANIFEST} is taken by itself only beside a ${CONNECTOR_METADATA}` : '';
    throw new ConfigError(`There is no manifest: give one by --manifest-path, or in the config under ${INJECTED_MANIFEST}${hint}.`);
  }
  return connector;
}

/** The error with the place in the manifest's text where it lies; a template that cannot be read is a mistake of the manifest. */
export async function explainError({ text, prepared }: Pick<Connector, 'text' | 'prepared'>, error: unknown): Promise<unknown> {
  const mistake =
    error instanceof TemplateError && error.path !== undefined
      ? new ManifestError({ code: 'template', path: error.path, message: error.message, cause: error })
      : error;
  return forUser(text === undefined ? mistake : await locateError(mistake, text(), prepared.fileName));
}

/** Does a command's work, and tells where in the manifest's text an error lies. */
export async function inManifest<T>({ text, prepared }: Connector, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw await explainError({ text, prepared }, error);
  }
}

/**
 * The specification that lies beside a manifest which holds none: `spec.json`, as the `spec` command prints it; throws ConfigError without it.
 * A manifest that lies nowhere takes any config.
 */
function specFile(folder: string | undefined): ConnectorSpec {
  const accepting = { migrate: (config: JsonObject) => config, transform: (config: JsonObject) => config, validate: async () => {} };
  if (folder === undefined) return { message: {}, ...accepting };
  const file = path.join(folder, 'spec.json');
  if (!existsSync(file))
    throw new ConfigError(
      'The manifest has no "spec", and no spec.json lies beside it: add a Spec with the connection_specification of the config.',
    );
  return { message: readObject('spec', file), ...accepting };
}

/** The specification of a connector. */
export function buildSpec(session: Session, { manifest, folder }: Connector, run: Run): ConnectorSpec {
  const declared = manifest['spec'];
  if (!isPlainObject(declared)) return specFile(folder);
  const builder = createBuilder({ registry: session.registry, run, config: {} });
  return builder.build('spec', declared as Slot<'spec'>, { path: 'spec' });
}

/** The code for the custom components of a part of the manifest. */
export function customCodeOf(
  { registry, options, log, onEnd }: Session,
  { config, folder, prepared }: Connector,
  part: Json | undefined,
  { custom_code_seconds: seconds, custom_code_megabytes: megabytes }: Guards = DEFAULT_GUARDS,
): Promise<CustomCode | undefined> {
  return loadCustomCode(prepared.mayHaveClasses === false ? undefined : part, {
    registry,
    config,
    folder,
    file: options.componentsPath,
    environment: process.env,
    host: { log, onEnd, limits: { seconds, megabytes } },
  });
}

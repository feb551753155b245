import { components } from '../../components/index.ts';
import type { RunObserver } from '../../engine/observer.ts';
import { createRegistry } from '../../engine/registry.ts';
import type { Limits } from '../../engine/run.ts';
import type { Json, JsonObject } from '../../lib/json.ts';
import { isPlainObject, ownProperty } from '../../lib/objects.ts';
import { collectSecrets, createSecrets } from '../../lib/secrets.ts';
import { writtenSecretsOf } from '../../lib/written-secrets.ts';
import { processManifest } from '../../manifest/index.ts';
import { normalizeManifest } from '../../manifest/normalize.ts';
import { Failure } from '../../protocol/failure.ts';
import { createLog } from '../../protocol/log.ts';
import type { Output } from '../../protocol/output.ts';
import type { Connector } from '../connector.ts';
import { INJECTED_MANIFEST } from '../injected-keys.ts';
import type { Session } from '../session.ts';

/** How a manifest that somebody works on is to be prepared. */
export interface ManifestWishes {
  /** Rewrites older fields to today's. */
  readonly migrate: boolean;
  /** Moves what components share to definitions. */
  readonly normalize: boolean;
}

/** The bounds of a test read when nobody states others. parity: concurrent_declarative_source.py:TestLimits */
export const DEFAULT_LIMITS = { records: 100, pagesPerSlice: 5, slices: 5, streams: 100 } as const;

/** What a test does differently from a sync: nothing is repeated or cached, and only the first slices and pages are read. */
export function testLimits({ slices, pagesPerSlice }: Pick<typeof DEFAULT_LIMITS, 'slices' | 'pagesPerSlice'> | Limits): Limits {
  return { retries: false, ...(slices === undefined ? {} : { slices }), ...(pagesPerSlice === undefined ? {} : { pagesPerSlice }) };
}

/** The manifest with one partition read at a time, so that what is shown comes in order; a level that is none stays, to be refused. */
// parity: connector_builder/connector_builder_handler.py:create_source
export function withoutConcurrency(manifest: JsonObject): JsonObject {
  const declared = ownProperty(manifest, 'concurrency_level') ?? {};
  if (!isPlainObject(declared)) return manifest;
  return { ...manifest, concurrency_level: { ...declared, default_concurrency: 1 } as JsonObject };
}

/** The connector of a manifest and a config that are no files; throws ManifestError for all that is wrong with the manifest. */
export function connectorOf(manifest: JsonObject, config: JsonObject, { migrate, normalize }: ManifestWishes): Connector {
  const complete = processManifest(manifest, migrate ? { migrate: { now: new Date().toISOString() } } : {});
  const [first, ...others] = createRegistry(components).validate(complete, ['source'], '').errors;
  if (first !== undefined) throw first.with(others);
  const processed = normalize ? normalizeManifest(complete) : complete;
  return {
    prepared: { fileName: INJECTED_MANIFEST, manifest: processed, warnings: [] },
    text: undefined,
    manifest: processed,
    config,
    configPath: undefined,
    folder: undefined,
  };
}

/** The secrets of a manifest and a config as far as their names tell, before anybody has read the specification. */
export function secretsOf(manifest: Json, config: JsonObject): string[] {
  return [...writtenSecretsOf(manifest), ...collectSecrets(config, {})];
}

/** Masks the secrets in an error and its causes, which whoever asked is told. */
function redactError(error: unknown, redact: (text: string) => string): void {
  const seen = new Set<unknown>();
  for (let link = error; link instanceof Error && !seen.has(link); link = link.cause) {
    seen.add(link);
    link.message = redact(link.message);
    if (link.stack !== undefined) link.stack = redact(link.stack);
    if (link instanceof Failure && link.internalMessage !== undefined)
      Object.assign(link, { internalMessage: redact(link.internalMessage) });
  }
}

/** A session that shares nothing with others, for work whose messages go to an output of its own; its errors are redacted. */
export async function inSession<T>(
  output: (redact: (text: string) => string) => Output,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const secrets = createSecrets();
  const closers: (() => void)[] = [];
  const own = output(secrets.redact);
  try {
    return await work({
      output: own,
      log: createLog(own, { debug: false }),
      secrets,
      options: {},
      registry: createRegistry(components),
      onEnd: (close) => closers.push(close),
    });
  } catch (error) {
    redactError(error, secrets.redact);
    throw error;
  } finally {
    for (const close of closers) close();
  }
}

/** The same session, watched. */
export function watched(session: Session, observer: RunObserver): Session {
  return { ...session, observer };
}

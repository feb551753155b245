import type { Json, JsonObject } from '../../lib/json.ts';
import { isPlainObject, ownProperty } from '../../lib/objects.ts';
import { type ConfiguredCatalog, parseCatalog } from '../../protocol/catalog.ts';
import { ConfigError, errorTrace } from '../../protocol/failure.ts';
import type { OutgoingMessage } from '../../protocol/messages.ts';
import { parseState } from '../../protocol/state.ts';
import { INJECTED_MANIFEST } from '../injected-keys.ts';
import { readJson } from '../inputs.ts';
import { forUser, type Session } from '../session.ts';
import { connectorOf, DEFAULT_LIMITS, secretsOf, withoutConcurrency } from './connector.ts';

/** Does what the config's `__command` says and prints one RECORD with the answer, or one ERROR trace; the exit code is 0 both times. */
// parity: connector_builder/main.py
export async function runBuilderCommand(session: Session, config: JsonObject): Promise<number> {
  try {
    const { stream, data } = await answer(session, config);
    session.output.recordWriter({ name: stream }).write(data);
  } catch (error) {
    for (const secret of secretsOf(config[INJECTED_MANIFEST] ?? null, config)) session.secrets.add(secret);
    session.output.message(errorTrace(forUser(error)));
  }
  return 0;
}

interface Answer {
  /** The name of the stream that the RECORD states. */
  readonly stream: string;
  readonly data: JsonObject;
}

async function answer(session: Session, config: JsonObject): Promise<Answer> {
  const command = config['__command'];
  const wishes = { migrate: isWished(config, '__should_migrate'), normalize: isWished(config, '__should_normalize') };
  const log = (message: OutgoingMessage): void => session.output.message(message);
  const connector = () => connectorOf(withoutConcurrency(injectedManifest(config)), withoutOwnKeys(config), wishes);
  switch (command) {
    case 'resolve_manifest':
      return { stream: command, data: { manifest: connector().manifest } };
    case 'full_resolve_manifest': {
      const { fullResolveManifest } = await import('./full-resolve-manifest.ts');
      const { streams } = limitsIn(config);
      return { stream: command, data: { manifest: await fullResolveManifest({ connector: connector(), streams, log }) } };
    }
    case 'test_read': {
      const { testRead } = await import('./test-read.ts');
      const { catalog, stream } = catalogOf(session);
      const { state: file } = session.options;
      const state = parseState(file === undefined ? [] : readJson('state', file));
      const read = await testRead({ connector: connector(), catalog, state, limits: limitsIn(config), log });
      return { stream, data: read as unknown as JsonObject };
    }
    default:
      throw new ConfigError(
        `There is no command ${JSON.stringify(command)}: __command is resolve_manifest, full_resolve_manifest or test_read.`,
      );
  }
}

function injectedManifest(config: JsonObject): JsonObject {
  const manifest = ownProperty(config, INJECTED_MANIFEST);
  if (isPlainObject(manifest)) return manifest as JsonObject;
  throw new ConfigError(`The config of a command needs the manifest as an object, under ${INJECTED_MANIFEST}.`);
}

function isWished(config: JsonObject, key: string): boolean {
  const wish = ownProperty(config, key);
  return wish !== undefined && wish !== false && wish !== null;
}

const OWN_KEYS = new Set(['__command', '__test_read_config', '__should_migrate', '__should_normalize']);

/** The config without what is meant for the command, which no specification knows. */
function withoutOwnKeys(config: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(config).filter(([key]) => !OWN_KEYS.has(key)));
}

function catalogOf({ options }: Session): { readonly catalog: ConfiguredCatalog; readonly stream: string } {
  const { streams } = parseCatalog(readJson('catalog', options.catalog as string));
  const [first] = streams;
  if (first === undefined) throw new ConfigError('The catalog is empty: a test read needs the stream that is to be read.');
  return { catalog: { streams: [first] }, stream: first.stream.name };
}

/** The bounds in `__test_read_config`. parity: connector_builder/connector_builder_handler.py:get_limits */
function limitsIn(config: JsonObject): Record<keyof typeof DEFAULT_LIMITS, number> {
  const stated = ownProperty(config, '__test_read_config') ?? {};
  if (!isPlainObject(stated)) throw new ConfigError('__test_read_config must be an object of limits.');
  const limit = (name: string, fallback: number): number => {
    const value: Json | undefined = (stated as JsonObject)[name];
    if (value === undefined || value === null) return fallback;
    if (typeof value === 'number' && Number.isInteger(value) && value >= 1) return value;
    throw new ConfigError(`${name} in __test_read_config must be a whole number of at least 1, not ${JSON.stringify(value)}.`);
  };
  return {
    records: limit('max_records', DEFAULT_LIMITS.records),
    pagesPerSlice: limit('max_pages_per_slice', DEFAULT_LIMITS.pagesPerSlice),
    slices: limit('max_slices', DEFAULT_LIMITS.slices),
    streams: limit('max_streams', DEFAULT_LIMITS.streams),
  };
}

import path from 'node:path';
import type { Registry } from '../engine/registry.ts';
import type { Json, JsonObject } from '../lib/json.ts';
import { isPlainObject } from '../lib/objects.ts';
import { replaceFile } from '../lib/replace-file.ts';
import { writtenSecrets } from '../lib/written-secrets.ts';
import { isDltConfig } from '../manifest/dlt/detect.ts';
import type { HasField, Loss } from '../manifest/dlt/export/index.ts';
import { compileDlt } from '../manifest/dlt/index.ts';
import { ManifestError } from '../manifest/errors.ts';
import { processManifest } from '../manifest/index.ts';
import { loadManifest } from '../manifest/load.ts';
import { locateError } from '../manifest/prepare.ts';
import { writeYaml } from '../manifest/write-yaml.ts';
import { ConfigError } from '../protocol/failure.ts';
import { readText } from './inputs.ts';
import { type PlainTexts, runPlainCommand } from './plain-command.ts';

type Format = 'yaml' | 'json' | 'python';

/** The arguments of `convert`. */
export interface ConvertOptions {
  readonly file: string;
  readonly format?: Format;
  readonly output?: string;
  /** Whether a loss ends the command with exit code 1. */
  readonly strict?: boolean;
}

const MOST_PLACES = 3;

/**
 * Writes a dlt rest_api config as a manifest, or a manifest as a dlt config, and tells on stderr, and at the top of what it writes, what the
 * other one cannot say. Gives the exit code.
 */
export async function runConvert(options: ConvertOptions, { write, tell }: PlainTexts): Promise<number> {
  let hasLost = false;
  const exit = await runPlainCommand({}, tell, async ({ registry, secrets }) => {
    const text = readText('manifest', options.file);
    for (const secret of writtenSecrets(text)) secrets.add(secret);
    const name = options.file === '-' ? 'manifest' : path.basename(options.file);
    try {
      const { manifest } = await loadManifest(text, name);
      const { converted, losses, own, usual } = isDltConfig(manifest)
        ? toManifest(manifest, registry)
        : await toDlt(manifest, registry, options);
      const format = options.format ?? usual;
      if (format === 'python' && usual !== 'python') throw new ConfigError('A manifest is no Python: choose yaml or json.');
      hasLost = losses.length > 0;
      const told = [...summarize(losses), ...(own.length === 0 ? [] : [`note: only source-declarative has ${own.join(', ')}.`])].map(
        secrets.redact,
      );
      for (const line of told) tell(line);
      const printed = await print(converted, format, told);
      if (options.output === undefined) write(printed);
      else replaceFile(options.output, printed);
    } catch (error) {
      throw await locateError(error, text, name);
    }
  });
  return exit === 0 && hasLost && options.strict === true ? 1 : exit;
}

interface Converted {
  readonly converted: JsonObject;
  readonly losses: readonly Loss[];
  /** Component types that only this engine has. */
  readonly own: readonly string[];
  /** The format that it is written in unless another one is asked for. */
  readonly usual: 'yaml' | 'python';
}

function toManifest(config: JsonObject, registry: Registry): Converted {
  const { manifest, warnings } = compileDlt(config);
  checkManifest(processManifest(manifest), registry);
  return { converted: manifest, losses: warnings, own: ownTypes(manifest, registry), usual: 'yaml' };
}

async function toDlt(manifest: JsonObject, registry: Registry, { format }: ConvertOptions): Promise<Converted> {
  const { exportDlt } = await import('../manifest/dlt/export/index.ts');
  const processed = processManifest(manifest);
  checkManifest(processed, registry);
  const hasField: HasField = (type, key) => Object.hasOwn(registry.find(type)?.fields ?? {}, key);
  const { config, losses } = exportDlt(processed, hasField);
  const unusable = mistakeOf(config);
  const { runtime, ...forPython } = config;
  const isPython = (format ?? 'python') === 'python';
  return {
    converted: isPython ? forPython : config,
    losses: [
      ...losses,
      ...(isPython && runtime !== undefined
        ? [{ path: 'runtime', message: `dlt reads from its config.toml: ${JSON.stringify(runtime)}.` }]
        : []),
      ...(unusable === undefined ? [] : [unusable]),
    ],
    own: [],
    usual: 'python',
  };
}

function ownTypes(manifest: JsonObject, registry: Registry): string[] {
  const found = new Set<string>();
  const visitAll = (value: Json): void => {
    if (Array.isArray(value)) value.forEach(visitAll);
    if (!isPlainObject(value)) return;
    const { type } = value as JsonObject;
    if (typeof type === 'string' && registry.find(type)?.component.extension === true) found.add(type);
    Object.values(value as JsonObject).forEach(visitAll);
  };
  visitAll(manifest);
  return [...found].sort();
}

function checkManifest(manifest: JsonObject, registry: Registry): void {
  const [first, ...others] = registry.validate(manifest, ['source'], '').errors;
  if (first !== undefined) throw first.with(others);
}

/** Why a config cannot be read back, so that it must be completed by hand; undefined when it can. */
function mistakeOf(config: JsonObject): Loss | undefined {
  try {
    compileDlt(config);
    return undefined;
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
    return { path: error.path, message: `The config must be completed by hand there: ${error.summary}` };
  }
}

/** One line for each thing that is lost, with the places where it is. */
function summarize(losses: readonly Loss[]): string[] {
  const byMessage = Map.groupBy(losses, ({ message }) => message);
  return [...byMessage].map(([message, alike]) => {
    const places = [...new Set(alike.map(({ path: place }) => place))];
    const rest = places.length > MOST_PLACES ? ` and ${places.length - MOST_PLACES} more places` : '';
    return `lost: ${places.slice(0, MOST_PLACES).join(', ')}${rest}: ${message}`;
  });
}

async function print(value: JsonObject, format: Format, comments: readonly string[]): Promise<string> {
  if (format === 'python') return (await import('../manifest/dlt/export/index.ts')).printPython(value, comments);
  if (format === 'json') return `${JSON.stringify(value, undefined, 2)}\n`;
  return `${comments.map((comment) => `# ${comment}\n`).join('')}${await writeYaml(value)}`;
}

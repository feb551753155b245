import { existsSync } from 'node:fs';
import path from 'node:path';
import type { CustomCode } from '../engine/custom-code.ts';
import type { Registry } from '../engine/registry.ts';
import type { Json, JsonObject } from '../lib/json.ts';
import { isPlainObject } from '../lib/objects.ts';
import { ManifestError } from '../manifest/errors.ts';
import { memberPath } from '../manifest/paths.ts';
import { ConfigError } from '../protocol/failure.ts';
import type { CodeHost } from './confined-code.ts';
import { INJECTED_CHECKSUMS, INJECTED_CODE } from './injected-keys.ts';

const PERMISSION = 'AIRBYTE_ENABLE_UNSAFE_CODE';
/** What code beside a manifest is called, in the order it is looked for. */
const FILE_NAMES = ['components.ts', 'components.mts', 'components.js', 'components.mjs'];
const PYTHON_NAME = 'components.py';
const CHECKSUMS: readonly string[] = ['md5', 'sha256'];
/** Parts of a manifest that nothing is built from. */
const UNUSED_PARTS = new Set(['definitions', 'schemas', 'metadata']);

/** Where the code of a manifest may lie. */
export interface CodeSource {
  readonly registry: Registry;
  readonly config: JsonObject;
  /** The folder that the manifest lies in, if any. */
  readonly folder: string | undefined;
  /** The file that the user names. */
  readonly file: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly host: CodeHost;
}

/** A custom component's place in a manifest. */
interface CustomUse {
  readonly type: string;
  readonly className: string;
  readonly path: string;
}

/**
 * Loads the code that the manifest, or the part of it that is given, needs for its custom components; undefined when it has none. Throws
 * ConfigError when code was given and may not run, and ManifestError with the name of each component that there is no code for.
 */
export async function loadCustomCode(manifest: Json | undefined, source: CodeSource): Promise<CustomCode | undefined> {
  const { config, folder, environment } = source;
  const injected = config[INJECTED_CODE];
  if (injected !== undefined || source.file !== undefined) requirePermission(environment);
  if (typeof injected === 'string' && injected !== '') verifyChecksums(injected, config[INJECTED_CHECKSUMS]);
  const uses = usesIn(manifest);
  if (uses.length === 0) return undefined;
  const beside = (name: string): string | undefined => {
    const file = folder === undefined ? undefined : path.join(folder, name);
    return file !== undefined && existsSync(file) ? file : undefined;
  };
  const file = source.file ?? FILE_NAMES.map(beside).find((name) => name !== undefined);
  const isPython = file === undefined ? injected !== undefined || beside(PYTHON_NAME) !== undefined : file.endsWith('.py');
  if (file === undefined || isPython) throw withoutCode(uses, source.registry, isPython);
  requirePermission(environment);
  const code = await loadModule(file, source.host);
  const missing = uses.filter(({ className }) => code.find(className) === undefined);
  if (missing.length > 0) throw withoutCode(missing, source.registry, false, file);
  return code;
}

// parity: parsers/custom_code_compiler.py:custom_code_execution_permitted
function requirePermission(environment: CodeSource['environment']): void {
  if (environment[PERMISSION]?.toLowerCase() === 'true') return;
  throw new ConfigError(`Custom connector code is not permitted in this environment: whoever runs it must set ${PERMISSION}=true.`);
}

// parity: parsers/custom_code_compiler.py:validate_python_code
function verifyChecksums(code: string, checksums: Json | undefined): void {
  if (!isPlainObject(checksums) || Object.keys(checksums).length === 0) {
    throw new ConfigError(`The code in ${INJECTED_CODE} needs a checksum in ${INJECTED_CHECKSUMS}.`);
  }
  for (const [algorithm, expected] of Object.entries(checksums)) {
    if (!CHECKSUMS.includes(algorithm))
      throw new ConfigError(`${INJECTED_CHECKSUMS} may hold ${CHECKSUMS.join(' and ')}, not "${algorithm}".`);
    if (process.getBuiltinModule('node:crypto').createHash(algorithm).update(code).digest('hex') !== expected) {
      throw new ConfigError(`The ${algorithm} checksum of the code in ${INJECTED_CODE} does not match: the code was changed on its way.`);
    }
  }
}

async function loadModule(file: string, host: CodeHost): Promise<CustomCode> {
  if (!existsSync(file)) throw new ConfigError(`There is no file "${file}" with the custom components.`);
  try {
    const { confineCode } = await import('./confined-code.ts');
    return await confineCode(file, host);
  } catch (error) {
    throw new ConfigError(
      `The custom components in "${file}" cannot be loaded: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}

/** The custom components in a manifest or a part of it, in its order. */
function usesIn(root: Json | undefined): CustomUse[] {
  const uses: CustomUse[] = [];
  const steps: (string | number)[] = [];

  function visit(value: Json | undefined): void {
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) visitPart(index, item);
      return;
    }
    if (!isPlainObject(value)) return;
    const { type, class_name: className } = value;
    if (typeof type === 'string' && typeof className === 'string')
      uses.push({ type, className, path: steps.reduce<string>(memberPath, '') });
    for (const name of Object.keys(value)) {
      if (name !== '$parameters' && !(steps.length === 0 && UNUSED_PARTS.has(name))) visitPart(name, value[name] as Json);
    }
  }

  function visitPart(step: string | number, part: Json): void {
    if (part === null || typeof part !== 'object') return;
    steps.push(step);
    visit(part);
    steps.pop();
  }

  visit(root);
  return uses;
}

/** One error that tells of each class that is to be written, and what it must look like. */
function withoutCode(uses: readonly CustomUse[], registry: Registry, isPython: boolean, file?: string): ManifestError {
  const classes = new Map<string, { readonly type: string; readonly paths: string[] }>();
  for (const { type, className, path: at } of uses) {
    const known = classes.get(className);
    if (known === undefined) classes.set(className, { type, paths: [at] });
    else known.paths.push(at);
  }
  const lines = [...classes].map(([className, { type, paths }]) => {
    const needs = registry.find(type)?.component.needs ?? '';
    const places = paths.length === 1 ? paths[0] : `${paths[0]} and ${paths.length - 1} more`;
    return `- ${className} (${type} at ${places}). ${needs}`;
  });
  const reason = isPython
    ? 'This manifest comes with components in Python, which cannot be run here. Port to TypeScript or JavaScript:'
    : file === undefined
      ? 'This manifest needs custom components, and there is no code for them. Write, in components.ts beside the manifest or in the file of --components-path:'
      : `"${file}" lacks some of the custom components that this manifest needs. Export:`;
  return new ManifestError({ code: 'custom-component', path: uses[0]?.path ?? '', message: [reason, ...lines].join('\n') });
}

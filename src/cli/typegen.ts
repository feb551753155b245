import { createBuilder } from '../engine/builder.ts';
import type { Slot } from '../engine/fields.ts';
import type { Http } from '../engine/http.ts';
import type { Stream } from '../engine/kinds.ts';
import type { Run } from '../engine/run.ts';
import type { Json, JsonObject } from '../lib/json.ts';
import { isPlainObject } from '../lib/objects.ts';
import { replaceFile } from '../lib/replace-file.ts';
import { ConfigError } from '../protocol/failure.ts';
import { buildSpec, type Connector, inManifest, requireConnector } from './connector.ts';
import { keepConfigIn } from './keep-config.ts';
import { openConnector } from './open-connector.ts';
import { type PlainTexts, runPlainCommand } from './plain-command.ts';
import type { CommandOptions } from './program.ts';
import { createRequests } from './requests.ts';
import { createRun } from './run.ts';
import type { Session } from './session.ts';
import { typescriptTypes } from './typescript-types.ts';

const HEADER = `// Made by source-declarative typegen. The types are those of the JSON; within custom components, integers beyond 2^53 are bigint and
// floats without a fraction are Float.

`;
const NEEDS_CONFIG = 'they need a config: give one by --config';

/** The options of `typegen`. */
export interface TypegenOptions extends CommandOptions {
  readonly output?: string;
}

/**
 * Writes TypeScript types of the config and of the records of every stream. Without a config, the defaults and examples of the
 * specification stand for one and nothing is asked of the API; a stream whose schema cannot be told then has records of any fields. Gives
 * the exit code.
 */
export function runTypegen(options: TypegenOptions, { write, tell }: PlainTexts): Promise<number> {
  return runPlainCommand(options, tell, async (session) => {
    const connector = await requireConnector(session);
    const types = await inManifest(connector, async () => {
      const { config, streams } = await (options.config === undefined ? openWithoutConfig : openWithConfig)(session, connector);
      return typescriptTypes({ config, records: await schemasOf(streams, session, options.config !== undefined) });
    });
    if (options.output === undefined) write(HEADER + types);
    else replaceFile(options.output, HEADER + types);
  });
}

interface Known {
  readonly config: JsonObject;
  readonly streams: readonly Stream[];
}

async function openWithConfig(session: Session, connector: Connector): Promise<Known> {
  const { run, source } = await openConnector(session, connector, {}, keepConfigIn(connector.configPath));
  return { config: specificationOf(session, connector, run), streams: await source().streams() };
}

/** The streams that the manifest names itself, which may not make a request; code of its own need not exist yet. */
async function openWithoutConfig(session: Session, connector: Connector): Promise<Known> {
  const made = createRun(session, { folder: connector.folder, saveConfig: async () => {}, requests: createRequests });
  const http: Http = {
    send: () => Promise.reject(new ConfigError('the API was to be asked')),
    cookieJar: made.http.cookieJar,
    useBudget: () => {},
  };
  const run: Run = { ...made, http };
  const specification = specificationOf(session, connector, run);
  const builder = createBuilder({ registry: session.registry, run, config: sampleOf(specification) });
  const source = builder.build('source', connector.manifest as Slot<'source'>);
  const templates = connector.manifest['dynamic_streams'];
  if (Array.isArray(templates) && templates.length > 0) session.log.warn(`dynamic streams are left out, ${NEEDS_CONFIG}`);
  return { config: specification, streams: source.staticStreams() };
}

/** A config of the defaults and examples that a specification has, as far as they go. */
function sampleOf(schema: JsonObject): JsonObject {
  const properties = isPlainObject(schema['properties']) ? Object.entries(schema['properties'] as JsonObject) : [];
  const sample: JsonObject = {};
  for (const [name, property] of properties) {
    if (!isPlainObject(property)) continue;
    const { default: preset, const: constant, examples, enum: values, properties: inner } = property as JsonObject;
    const first = (list: Json | undefined): Json | undefined => (Array.isArray(list) ? list[0] : undefined);
    const value =
      preset ?? constant ?? first(examples) ?? first(values) ?? (inner === undefined ? undefined : sampleOf(property as JsonObject));
    if (value !== undefined) sample[name] = value;
  }
  return sample;
}

function specificationOf(session: Session, connector: Connector, run: Run): JsonObject {
  const specification = buildSpec(session, connector, run).message['connectionSpecification'];
  return isPlainObject(specification) ? (specification as JsonObject) : {};
}

/** The schemas of the records by the names of the streams; without a config, an open one where there is none to be had. */
async function schemasOf(streams: readonly Stream[], { log }: Session, hasConfig: boolean): Promise<Map<string, JsonObject>> {
  const schemas = new Map<string, JsonObject>();
  for (const stream of streams) {
    try {
      schemas.set(stream.name, (await stream.describe()).jsonSchema);
    } catch (error) {
      if (hasConfig) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      log.warn(`the records of ${stream.name} are given any fields, ${NEEDS_CONFIG} (${reason})`);
      schemas.set(stream.name, {});
    }
  }
  return schemas;
}

import { createHash } from 'node:crypto';
import type { JsonObject } from '../../lib/json.ts';
import { createSecrets } from '../../lib/secrets.ts';
import { ManifestError } from '../../manifest/errors.ts';
import type { ConfiguredCatalog } from '../../protocol/catalog.ts';
import { toFailure } from '../../protocol/failure.ts';
import type { CatalogStream, OutgoingMessage } from '../../protocol/messages.ts';
import { parseState } from '../../protocol/state.ts';
import { createLogOutput } from '../builder/collected-output.ts';
import {
  connectorOf,
  DEFAULT_LIMITS,
  inSession,
  type ManifestWishes,
  secretsOf,
  testLimits,
  withoutConcurrency,
} from '../builder/connector.ts';
import { checkConnection } from '../check.ts';
import { type Connector, inManifest } from '../connector.ts';
import { discoverStreams } from '../discover.ts';
import { INJECTED_CHECKSUMS, INJECTED_CODE } from '../injected-keys.ts';
import { forUser, InvalidManifest, type Session } from '../session.ts';
import type { Operation, RequestBody } from './request-body.ts';

/** What a request is answered with. */
export interface Answer {
  readonly status: number;
  readonly body: JsonObject;
}

/** Where messages for whoever runs the server go. */
export type OperationLog = (message: OutgoingMessage) => void;

/** What the requests ask for, by the last word of their paths. parity: manifest_server/routers/manifest.py */
export const operations: { readonly [Name in Operation]: (body: RequestBody<Name>, log: OperationLog) => Promise<Answer> } = {
  async test_read(body, log) {
    const config = withInjectedCode(body.config, body.custom_components_code ?? undefined);
    return answered(body, 'Error reading stream', 'Invalid manifest', async () => {
      const { testRead } = await import('../builder/test-read.ts');
      const { manifest, wishes } = wishesIn(body.manifest);
      const read = await testRead({
        connector: connectorOf(withoutConcurrency(manifest), config, wishes),
        catalog: catalogOf(body.stream_name),
        state: parseState(body.state),
        limits: { slices: body.slice_limit, pagesPerSlice: body.page_limit, records: body.record_limit },
        log,
      });
      return read as unknown as JsonObject;
    });
  },
  check: (body, log) =>
    answered(body, 'Error checking connection', undefined, () =>
      inConnector(body, log, async (session, connector) => {
        const { status, message = null } = await checkConnection(session, connector, testLimits(DEFAULT_LIMITS));
        return { success: status === 'SUCCEEDED', message: message === null ? null : session.secrets.redact(message) };
      }),
    ),
  discover: (body, log) =>
    answered(body, 'Error discovering streams', 'Invalid manifest', () =>
      inConnector(body, log, async (session, connector) => {
        const streams = await discoverStreams(session, connector, testLimits(DEFAULT_LIMITS));
        return { catalog: { streams: streams.map(withAllKeys) } };
      }),
    ),
  resolve: (body) =>
    answered({ ...body, config: {} }, 'Error resolving manifest', undefined, async () => {
      const { manifest, wishes } = wishesIn(body.manifest);
      return { manifest: connectorOf(manifest, {}, wishes).manifest };
    }),
  full_resolve: (body, log) =>
    answered(body, 'Error full resolving manifest', undefined, async () => {
      const { fullResolveManifest } = await import('../builder/full-resolve-manifest.ts');
      const { manifest, wishes } = wishesIn(body.manifest);
      return {
        manifest: await fullResolveManifest({ connector: connectorOf(manifest, body.config, wishes), streams: body.stream_limit, log }),
      };
    }),
};

/** Does the work of an operation in a session of its own. */
function inConnector(
  body: RequestBody<'check'>,
  log: OperationLog,
  work: (session: Session, connector: Connector) => Promise<JsonObject>,
): Promise<JsonObject> {
  const { manifest, wishes } = wishesIn(body.manifest);
  const connector = connectorOf(manifest, body.config, wishes);
  return inSession(
    (redact) => createLogOutput(log, redact),
    (session) => inManifest(connector, () => work(session, connector)),
  );
}

/** The answer of an operation, or what it failed with, without secrets; where the manifest is at fault the answer begins with that. */
async function answered(
  { manifest, config }: Pick<RequestBody<'check'>, 'manifest' | 'config'>,
  failed: string,
  invalid: string | undefined,
  work: () => Promise<JsonObject>,
): Promise<Answer> {
  try {
    return { status: 200, body: await work() };
  } catch (error) {
    const atManifest = error instanceof ManifestError || error instanceof InvalidManifest;
    const { message } = toFailure(forUser(error));
    const detail = atManifest ? `${invalid ?? `${failed}: 400: Invalid manifest`}: ${message}` : `${failed}: ${message}`;
    const secrets = createSecrets();
    for (const secret of secretsOf(manifest, config)) secrets.add(secret);
    return { status: 400, body: { detail: secrets.redact(detail) } };
  }
}

/** The manifest without what the builder's page adds to it, and what that asks for. parity: manifest_server/command_processor/utils.py:build_source */
function wishesIn(body: JsonObject): { readonly manifest: JsonObject; readonly wishes: ManifestWishes } {
  const { __should_migrate: migrate, __should_normalize: normalize, ...manifest } = body;
  return { manifest, wishes: { migrate: migrate === true, normalize: normalize === true } };
}

/** The config with code that came beside it, and the checksum that code must come with. */
function withInjectedCode(config: JsonObject, code: string | undefined): JsonObject {
  if (code === undefined || code === '') return config;
  const md5 = createHash('md5').update(code).digest('hex');
  return { ...config, [INJECTED_CODE]: code, [INJECTED_CHECKSUMS]: { md5 } };
}

function catalogOf(name: string): ConfiguredCatalog {
  const stream: CatalogStream = { name, json_schema: {}, supported_sync_modes: ['full_refresh', 'incremental'] };
  return { streams: [{ stream, sync_mode: 'incremental', destination_sync_mode: 'overwrite' }] };
}

/** A stream of the catalog with all keys that it may have, null where it has no value. */
function withAllKeys(stream: CatalogStream): JsonObject {
  return {
    name: stream.name,
    json_schema: stream.json_schema,
    supported_sync_modes: stream.supported_sync_modes,
    source_defined_cursor: stream.source_defined_cursor ?? null,
    default_cursor_field: stream.default_cursor_field ?? null,
    source_defined_primary_key: stream.source_defined_primary_key ?? null,
    namespace: stream.namespace ?? null,
    is_resumable: stream.is_resumable ?? null,
    is_file_based: stream.is_file_based ?? null,
  };
}

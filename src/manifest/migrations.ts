import { joinUrl } from '../http/url.ts';
import type { Json, JsonObject } from '../lib/json.ts';
import { isPlainObject, ownProperty } from '../lib/objects.ts';
import { mapObjects } from './map-objects.ts';

/** Brings an older form of a requester to today's; throws MigrationImpossible when it cannot. */
interface Migration {
  readonly name: string;
  readonly applies: (requester: JsonObject) => boolean;
  readonly migrate: (requester: JsonObject) => JsonObject;
  /** Whether the migrated requester is what it should be; the last one of a manifest decides whether the migration is noted. */
  readonly succeeded: (requester: JsonObject) => boolean;
}

class MigrationImpossible extends Error {}

/** The type inside which nothing is migrated, as its templates are filled in later. */
// parity: manifest_migration.py:NON_MIGRATABLE_TYPES
const UNTOUCHED_TYPE = 'DynamicDeclarativeStream';

const MIGRATIONS: readonly Migration[] = [
  {
    // parity: http_requester_url_base_to_url.py:HttpRequesterUrlBaseToUrl
    name: 'HttpRequesterUrlBaseToUrl',
    applies: (requester) => Object.hasOwn(requester, 'url_base'),
    migrate: ({ url_base: base, ...requester }) => ({ ...requester, url: base as Json }),
    succeeded: ({ url }) => url !== null,
  },
  {
    // parity: http_requester_path_to_url.py:HttpRequesterPathToUrl
    name: 'HttpRequesterPathToUrl',
    applies: (requester) => Object.hasOwn(requester, 'path'),
    migrate: ({ path, ...requester }) => ({ ...requester, url: fullUrl(ownProperty(requester, 'url'), path) }),
    succeeded: ({ url }) => url !== null,
  },
  {
    // parity: http_requester_request_body_json_data_to_request_body.py:HttpRequesterRequestBodyJsonDataToRequestBody
    name: 'HttpRequesterRequestBodyJsonDataToRequestBody',
    applies: (requester) =>
      Object.hasOwn(requester, 'request_body_data') ||
      (Object.hasOwn(requester, 'request_body_json') && typeof requester['request_body_json'] !== 'string'),
    migrate: migrateBody,
    succeeded: (requester) =>
      (typeof requester['request_body_json'] === 'string' || Object.hasOwn(requester, 'request_body')) &&
      (!Object.hasOwn(requester, 'request_body_json') || typeof requester['request_body_json'] === 'string'),
  },
];

/**
 * Rewrites older fields of requesters (`url_base`, `path`, `request_body_json`, `request_body_data`) to today's and notes under
 * `metadata.applied_migrations` what was done; `now` is the ISO time of the note. A manifest with a requester that cannot be rewritten stays as it is.
 */
// parity: migration_handler.py:ManifestMigrationHandler.apply_migrations
export function migrateManifest(manifest: JsonObject, now: string): JsonObject {
  const version = ownProperty(manifest, 'version');
  try {
    return MIGRATIONS.reduce((current, migration) => {
      let succeeded = false;
      const migrated = mapObjects(current, (object) => {
        const type = ownProperty(object, 'type');
        if (type === UNTOUCHED_TYPE) return undefined;
        if (type !== 'HttpRequester' || !migration.applies(object)) return object;
        const requester = migration.migrate(object);
        succeeded = migration.succeeded(requester);
        return requester;
      });
      return succeeded ? withTrace(migrated, trace(migration.name, typeof version === 'string' ? version : '0.0.0', now)) : migrated;
    }, manifest);
  } catch (error) {
    if (error instanceof MigrationImpossible) return manifest;
    throw error;
  }
}

function fullUrl(base: Json | undefined, path: Json | undefined): Json {
  if (typeof path !== 'string' || base === undefined) throw new MigrationImpossible();
  const relative = path.replace(/^\/+/, '');
  if (relative === '') return base;
  if (typeof base !== 'string') throw new MigrationImpossible();
  try {
    return joinUrl(base.endsWith('/') ? base : `${base}/`, relative);
  } catch (cause) {
    throw new MigrationImpossible('the URL cannot be joined', { cause });
  }
}

/** A JSON body that is a text is left, since only its evaluation tells what it is; data wins over JSON. */
function migrateBody(requester: JsonObject): JsonObject {
  let result = requester;
  const json = ownProperty(requester, 'request_body_json');
  if (isPlainObject(json)) {
    const { request_body_json: value, ...others } = result;
    const type = typeof ownProperty(json, 'query') === 'string' ? 'RequestBodyGraphQL' : 'RequestBodyJsonObject';
    result = { ...others, request_body: { type, value: value as Json } };
  }
  if (Object.hasOwn(requester, 'request_body_data')) {
    const { request_body_data: value, ...others } = result;
    result = { ...others, request_body: { type: 'RequestBodyUrlEncodedForm', value: value as Json } };
  }
  return result;
}

function trace(migration: string, version: string, now: string): JsonObject {
  return { from_version: version, to_version: '*', migration, migrated_at: now };
}

function withTrace(manifest: JsonObject, entry: JsonObject): JsonObject {
  const metadata = ownProperty(manifest, 'metadata') ?? {};
  const applied = isPlainObject(metadata) ? (ownProperty(metadata as JsonObject, 'applied_migrations') ?? []) : undefined;
  if (!Array.isArray(applied)) throw new MigrationImpossible();
  return { ...manifest, metadata: { ...(metadata as JsonObject), applied_migrations: [...applied, entry] } };
}

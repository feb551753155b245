import { HOST_FORMS, type HostRule, parseHostRule } from '../http/hosts.ts';
import type { JsonObject } from '../lib/json.ts';
import { isPlainObject, ownProperty } from '../lib/objects.ts';
import { ManifestError } from '../manifest/errors.ts';

const FIELD = 'credential_hosts';

/** The hosts that get credentials though only the API names them (`metadata.credential_hosts`). Throws ManifestError for what is none. */
export function declaredCredentialHosts(manifest: JsonObject): readonly HostRule[] {
  const metadata = ownProperty(manifest, 'metadata');
  const declared = isPlainObject(metadata) ? ownProperty(metadata as JsonObject, FIELD) : undefined;
  if (declared === undefined || declared === null) return [];
  if (!Array.isArray(declared)) return mistake(`metadata.${FIELD}`, 'The hosts that get credentials are a list.');
  return declared.map((host, index): HostRule => {
    const rule = typeof host === 'string' ? parseHostRule(host) : undefined;
    return rule ?? mistake(`metadata.${FIELD}[${index}]`, `${JSON.stringify(host)} must be ${HOST_FORMS}.`);
  });
}

function mistake(path: string, message: string): never {
  throw new ManifestError({ code: 'credential_hosts', path, message });
}

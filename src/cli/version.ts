import packageFile from '../../package.json' with { type: 'json' };

/** The reference that manifests behave as under. */
const COMPATIBLE_WITH = 'airbyte-cdk 7.39.1';

/** What the engine calls itself in requests that name no User-Agent. */
export function userAgent(): string {
  return `source-declarative/${packageFile.version}`;
}

/** The engine's own version and the reference's that it is compatible with. */
export function version(): string {
  return `${packageFile.version} (compatible with ${COMPATIBLE_WITH})`;
}

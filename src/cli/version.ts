import packageFile from '../../package.json' with { type: 'json' };

/** The reference that manifests behave as under. */
const COMPATIBLE_WITH = 'airbyte-cdk 7.39.1';

/** The engine's own version and the reference's that it is compatible with. */
export function version(): string {
  return `${packageFile.version} (compatible with ${COMPATIBLE_WITH})`;
}

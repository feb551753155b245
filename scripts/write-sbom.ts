/**
 * Writes the bill of materials of the bundle, CycloneDX as `npm sbom` makes it of package-lock.json, without what differs from run to run.
 * `node scripts/write-sbom.ts FILE`
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

interface Bom {
  serialNumber?: string;
  metadata: { timestamp?: string };
  components: { name: string }[];
}

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('usage: node scripts/write-sbom.ts FILE');
const text = execFileSync('npm', ['sbom', '--package-lock-only', '--omit', 'dev', '--sbom-format', 'cyclonedx', '--loglevel', 'error'], {
  cwd: path.resolve(import.meta.dirname, '..'),
  encoding: 'utf8',
});
const bom = JSON.parse(text) as Bom;
delete bom.serialNumber;
delete bom.metadata.timestamp;
if (bom.components.length === 0) throw new Error('npm sbom found no dependency, though the bundle has some.');
writeFileSync(file, `${JSON.stringify(bom, null, 2)}\n`);
console.error(`${file}: ${bom.components.length} components`);

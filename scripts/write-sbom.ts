/**
 * Writes the bill of materials of the bundle, CycloneDX: of what `npm sbom` says of package-lock.json, the packages that something of was
 * bundled. `node scripts/write-sbom.ts FILE`, after a build.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '..');

interface Bom {
  serialNumber?: string;
  metadata: { timestamp?: string; component: { 'bom-ref': string; name: string } };
  components: { 'bom-ref': string }[];
  dependencies: { ref: string; dependsOn: string[] }[];
}

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('usage: node scripts/write-sbom.ts FILE');
const args = ['sbom', '--package-lock-only', '--sbom-format', 'cyclonedx', '--loglevel', 'error'];
const bom = JSON.parse(execFileSync('npm', args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })) as Bom;
const bundled = new Set(JSON.parse(readFileSync(path.join(ROOT, 'dist/packages.json'), 'utf8')) as string[]);
const components = bom.components.filter((component) => bundled.has(component['bom-ref']));
const missing = [...bundled].filter((name) => !components.some((component) => component['bom-ref'] === name));
if (missing.length > 0) throw new Error(`npm sbom does not know ${missing.join(', ')}, which the bundle has.`);
const refs = new Set([bom.metadata.component['bom-ref'], ...bundled]);
const dependencies = bom.dependencies
  .filter(({ ref }) => refs.has(ref))
  .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((name) => refs.has(name)) }));
// What differs from run to run would make every image another one.
delete bom.serialNumber;
delete bom.metadata.timestamp;
// npm names it after the folder that it lies in.
bom.metadata.component.name = (JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { name: string }).name;
writeFileSync(file, `${JSON.stringify({ ...bom, components, dependencies }, undefined, 2)}\n`);
console.error(`${file}: ${components.length} packages`);

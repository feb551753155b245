/**
 * Writes the types of the bundled connector's config and those of the example of custom components, as `source-declarative typegen` makes
 * them; with `--check` it only tells whether they are up to date.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runTypegen } from '../src/cli/typegen.ts';
import { typescriptTypes } from '../src/cli/typescript-types.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const EXAMPLE = 'docs/examples/custom-components';

async function configTypes(): Promise<string> {
  const types = await typescriptTypes({ config: JSON.parse(readFileSync(path.join(ROOT, 'spec.json'), 'utf8')) });
  return `// Generated from spec.json by scripts/generate-types.ts.\n\n${types}`;
}

async function exampleTypes(): Promise<string> {
  const parts: string[] = [];
  const code = await runTypegen(
    { manifestPath: path.join(ROOT, EXAMPLE, 'manifest.yaml') },
    { write: (text) => void parts.push(text), tell: (text) => console.error(text) },
  );
  if (code !== 0) throw new Error(`The types of ${EXAMPLE} cannot be made.`);
  return parts.join('');
}

const files = { 'src/testing/config.gen.ts': await configTypes(), [`${EXAMPLE}/types.gen.ts`]: await exampleTypes() };
for (const [file, text] of Object.entries(files)) {
  const target = path.join(ROOT, file);
  if (!process.argv.includes('--check')) writeFileSync(target, text);
  else if (readFileSync(target, 'utf8') !== text) {
    console.error(`${file} is out of date: run node scripts/generate-types.ts`);
    process.exitCode = 1;
  }
}

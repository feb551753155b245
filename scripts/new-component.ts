import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const source = path.resolve(import.meta.dirname, '../src');

/** The kinds that a component may be of, as engine/kinds.ts lists them. */
function knownKinds(): string[] {
  const text = readFileSync(path.join(source, 'engine/kinds.ts'), 'utf8');
  const list = /export interface Kinds \{([^}]*)\}/.exec(text)?.[1] ?? '';
  return [...list.matchAll(/^ {2}(\w+):/gm)].map(([, kind]) => kind as string);
}

/** The folder in which components of a kind lie; a new one, named after the kind, when there are none. */
function folderOf(kind: string): string {
  const components = path.join(source, 'components');
  const folders = readdirSync(components, { withFileTypes: true }).filter((entry) => entry.isDirectory() && entry.name !== 'custom');
  const found = folders.find(({ name }) =>
    readdirSync(path.join(components, name)).some((file) =>
      readFileSync(path.join(components, name, file), 'utf8').includes(`kind: '${kind}'`),
    ),
  );
  return path.join(components, found?.name ?? `${kebab(kind)}s`);
}

function kebab(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1-$2')
    .toLowerCase();
}

function componentText(type: string, kind: string): string {
  return `import { component } from '../../engine/component.ts';
import { template } from '../../engine/fields.ts';

export const ${type} = component({
  type: '${type}',
  kind: '${kind}',
  summary: 'One sentence on what it does.',
  example: \`
    type: ${type}
    value: "{{ config['value'] }}"\`,
  fields: () => ({
    value: template('config'),
  }),
  build(spec, b) {
    const value = b.string(spec.value);
    return b.fail(\`Nothing is made of \${String(value.constant)} yet.\`, 'value');
  },
});
`;
}

function testText(type: string, kind: string): string {
  return `import { describe, expect, it } from 'vitest';
import { buildFromYaml } from '../../testing/build-from-yaml.ts';

describe('${type}', () => {
  it('does what its summary says', () => {
    const built = buildFromYaml('${kind}', 'type: ${type}\\nvalue: x');
    expect(built).toBeDefined();
  });
});
`;
}

function main([type, kind]: readonly string[]): string | undefined {
  const kinds = knownKinds();
  if (type === undefined || kind === undefined) return 'Usage: npm run new component <Type> <kind>';
  if (!/^[A-Z][A-Za-z0-9]*$/.test(type)) return `A type is written like DatetimeBasedCursor, not "${type}".`;
  if (!kinds.includes(kind)) return `There is no kind "${kind}"; there are ${kinds.join(', ')}.`;
  const folder = folderOf(kind);
  const file = path.join(folder, `${kebab(type)}.ts`);
  if (existsSync(file)) return `${path.relative(process.cwd(), file)} is there already.`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, componentText(type, kind));
  writeFileSync(file.replace(/\.ts$/, '.test.ts'), testText(type, kind));
  execFileSync(process.execPath, [path.join(import.meta.dirname, 'generate-component-index.ts')], { stdio: 'inherit' });
  console.error(
    `${path.relative(process.cwd(), file)} and its test are written; the interface that build gives is ${kind} of Kinds in src/engine/kinds.ts.`,
  );
  return undefined;
}

const parameters = process.argv.slice(2);
const problem = main(parameters[0] === 'component' ? parameters.slice(1) : parameters);
if (problem !== undefined) {
  console.error(problem);
  process.exitCode = 2;
}

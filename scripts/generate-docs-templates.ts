/**
 * Writes docs/templates.md, the reference of the template language's functions, from their declarations:
 * `node scripts/generate-docs-templates.ts`; with `--check` it only tells whether the page is up to date.
 */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createFunctions } from '../src/lang/functions/index.ts';
import type { FunctionSpec, Parameter } from '../src/lang/functions/spec.ts';
import { Runtime } from '../src/lang/runtime.ts';
import { repr } from '../src/lang/text.ts';

const PAGE = path.resolve(import.meta.dirname, '../docs/templates.md');

const INTRODUCTION = `# Templates

Strings of a manifest are Jinja templates with Python's semantics. A template is rendered to text, and the text is read as a Python literal:
\`"{{ 1 + 1 }}"\` is the integer 2, \`"{{ [1, 2] }}"\` a list, \`"a{{ 1 }}"\` the text \`a1\`. An empty text is null. Text that is no literal stays text.

The statements \`if\`, \`for\`, \`set\`, \`with\`, \`macro\`, \`call\`, \`filter\`, \`block\`, \`autoescape\`, \`print\` and \`raw\` are those of Jinja 3.1; there are no other
templates to include or extend. An evaluation may take ten million steps and make a text of 64 MB at most,
a regular expression may search for a second.

Results below are the rendered text; the present is 2026-01-15T12:34:56.789012Z.
`;

/** The page as it follows from the declarations. */
export function templatesPage(): string {
  const { filters, tests, functions } = createFunctions(new Runtime({ now: () => 0n })).all;
  return [
    INTRODUCTION,
    section('Functions', 'Called by name: `{{ max(1, 2) }}`.', functions, (spec) => signature(spec.name, spec.parameters)),
    section('Filters', 'Stand behind `|`, the first parameter before it: `{{ value | int }}`.', filters, (spec) =>
      signature(spec.name, spec.parameters.slice(1)),
    ),
    section('Tests', 'Stand behind `is` or `is not`, the first parameter before it: `{{ value is defined }}`.', tests, (spec) =>
      signature(spec.name, spec.parameters.slice(1)),
    ),
  ].join('\n');
}

/** Whether docs/templates.md says what the declarations say. */
export async function isPageFresh(): Promise<boolean> {
  return (await readFile(PAGE, 'utf8')) === templatesPage();
}

function section(title: string, introduction: string, specs: readonly FunctionSpec[], heading: (spec: FunctionSpec) => string): string {
  const sorted = [...specs].sort((a, b) => (a.name < b.name ? -1 : 1));
  return `## ${title}\n\n${introduction}\n\n${sorted.map((spec) => entry(spec, heading(spec))).join('\n')}`;
}

function entry(spec: FunctionSpec, heading: string): string {
  const aliases = spec.aliases && spec.aliases.length > 0 ? ` Also written ${spec.aliases.map((name) => `\`${name}\``).join(', ')}.` : '';
  const examples = spec.examples.map(([template, printed]) => `${template}\n    -> ${printed.replaceAll('\n', '\n       ')}`);
  const block = examples.length > 0 ? `\n\`\`\`jinja\n${examples.join('\n')}\n\`\`\`\n` : '';
  return `### \`${heading}\`\n\n${spec.doc}${aliases}\n${block}`;
}

function signature(name: string, parameters: readonly Parameter[]): string {
  if (parameters.length === 0) return name;
  return `${name}(${parameters.map(([parameter, byDefault]) => (byDefault === undefined ? parameter : `${parameter}=${repr(byDefault)}`)).join(', ')})`;
}

async function main(): Promise<number> {
  if (process.argv.includes('--check')) {
    const isFresh = await isPageFresh();
    process.stdout.write(
      isFresh ? 'docs/templates.md is up to date\n' : 'docs/templates.md is out of date: run node scripts/generate-docs-templates.ts\n',
    );
    return isFresh ? 0 : 1;
  }
  await writeFile(PAGE, templatesPage());
  return 0;
}

if (import.meta.main) process.exitCode = await main();

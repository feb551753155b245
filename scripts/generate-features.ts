/**
 * Writes docs/sources-of-features.md: which tests show each feature of scripts/features.ts, by the numbers that their titles begin with. With
 * `--check` it writes nothing and fails when the file is out of date; with `--results FILE`, vitest's JSON report, it fails for a feature
 * of which a test failed or none passed.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { SOURCES } from './features.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const TARGET = path.join(ROOT, 'docs/sources-of-features.md');
const FOLDERS = ['src', 'test', 'integration_tests/scenarios'];
const NUMBERS = '00\\d\\.\\d+(?:,? 00\\d\\.\\d+)*';
const TITLE = new RegExp(`(['"\`])(${NUMBERS}):? ((?:(?!\\1).)*)\\1`, 'g');
const ABOUT = new RegExp(`^about: ["']?(${NUMBERS}):? (.*?)["']?$`, 'm');
/** The numbers in the title of a test that ran; those of scenarios stand behind the scenario's name. */
const RUN_TITLE = new RegExp(`^(?:[a-z-]+: )?(${NUMBERS})`);
const NOT_RUN = /\.(?:skip|todo|fails)\(\s*$/;

interface Shown {
  readonly numbers: readonly string[];
  readonly title: string;
  readonly file: string;
}

function filesWithin(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts') || file.endsWith('scenario.yaml'))
    .map((file) => path.join(folder, file).replaceAll(path.sep, '/'))
    .sort();
}

/** The tests of a file whose titles begin with numbers, but for those that never run. */
function testsIn(file: string): Shown[] {
  const text = readFileSync(path.join(ROOT, file), 'utf8');
  const split = (numbers: string): string[] => numbers.split(/,? /);
  if (file.endsWith('.yaml')) {
    const [, numbers, title] = ABOUT.exec(text) ?? [];
    return numbers === undefined ? [] : [{ numbers: split(numbers), title: title as string, file }];
  }
  return [...text.matchAll(TITLE)]
    .filter(({ index }) => !NOT_RUN.test(text.slice(0, index)))
    .map(([, , numbers, title]) => ({ numbers: split(numbers as string), title: title as string, file }));
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

function tableText(shown: readonly Shown[]): string {
  const lines = [
    '# Where the features come from, and what shows them',
    '',
    'The documents that this project began with describe ways to pull the same data: dlt’s rest_api configs, dlt’s REST client, a connector on',
    'Fivetran’s SDK and a robust pipeline. Each of their features has a number. A test that shows one has the number at the beginning of its',
    'title; `node scripts/generate-features.ts` makes this table from the titles, and the whole of the tests is green where it stands. “Ours” is',
    'what the documents use and dlt refuses.',
    '',
  ];
  for (const { title, features } of SOURCES) {
    lines.push(`## ${title}`, '', '| # | What holds | Shown by |', '|---|---|---|');
    for (const [number, feature] of Object.entries(features)) {
      const tests = shown.filter(({ numbers }) => numbers.includes(number));
      const cell = tests.map(({ title: test, file }) => `[${escapeCell(test)}](../${file})`).join('<br>');
      lines.push(`| ${number} | ${escapeCell(feature)} | ${cell || '**nothing yet**'} |`);
    }
    lines.push('');
  }
  return lines.join('\n');
}

/** Numbers that no source has. */
function strayNumbers(shown: readonly Shown[]): string[] {
  const known = new Set(SOURCES.flatMap(({ features }) => Object.keys(features)));
  return shown.flatMap(({ numbers, file }) => numbers.filter((number) => !known.has(number)).map((number) => `${number} in ${file}`));
}

interface Report {
  readonly testResults: readonly { readonly assertionResults: readonly { readonly title: string; readonly status: string }[] }[];
}

/** What a report of vitest tells against features: tests of theirs that failed, and features of which no test passed. */
function notPassed(reportFile: string): string[] {
  const report = JSON.parse(readFileSync(reportFile, 'utf8')) as Report;
  const results = report.testResults.flatMap(({ assertionResults }) => assertionResults);
  const numbered = results.map(({ title, status }) => ({ numbers: RUN_TITLE.exec(title)?.[1]?.split(/,? /) ?? [], title, status }));
  return SOURCES.flatMap(({ features }) => Object.keys(features)).flatMap((number) => {
    const own = numbered.filter(({ numbers }) => numbers.includes(number));
    const failed = own.filter(({ status }) => status === 'failed').map(({ title }) => `${number}: "${title}" failed`);
    return own.some(({ status }) => status === 'passed') ? failed : [...failed, `${number}: no test of it passed`];
  });
}

const shown = FOLDERS.flatMap(filesWithin).flatMap(testsIn);
const stray = strayNumbers(shown);
const results = process.argv.indexOf('--results');
const failures = [
  ...stray.map((place) => `There is no feature ${place}.`),
  ...(results < 0 ? [] : notPassed(process.argv[results + 1] as string)),
];
const text = tableText(shown);
if (process.argv.includes('--check')) {
  if (!existsSync(TARGET) || readFileSync(TARGET, 'utf8') !== text)
    failures.push('docs/sources-of-features.md is out of date: run node scripts/generate-features.ts');
} else {
  writeFileSync(TARGET, text);
}
for (const failure of failures) process.stderr.write(`${failure}\n`);
const missing = text.split('**nothing yet**').length - 1;
process.stdout.write(`features: ${SOURCES.flatMap(({ features }) => Object.keys(features)).length}, ${missing} of them without a test\n`);
if (missing > 0) process.stderr.write('Each feature needs a test whose title begins with its number.\n');
process.exitCode = missing + failures.length > 0 ? 1 : 0;

/**
 * Compares the template language with the reference on random templates:
 * `node scripts/fuzz-templates.ts PYTHON [COUNT] [SEED]`, where PYTHON is the interpreter of an environment with airbyte-cdk installed.
 * Prints every difference and exits with 1 when there is one.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { runEval } from '../src/cli/eval.ts';
import { type Json, type JsonObject, parseJson, stringifyJson } from '../src/lib/json.ts';
import { createGenerator, FUZZ_CONTEXT } from './template-grammar.ts';

const NOW = '2026-01-15T12:34:56.789012Z';

async function main(): Promise<number> {
  const [python, countText = '2000', seedText = '1'] = process.argv.slice(2);
  if (python === undefined) {
    process.stderr.write('usage: node scripts/fuzz-templates.ts PYTHON [COUNT] [SEED]\n');
    return 2;
  }
  const generate = createGenerator(Number(seedText));
  const lines = Array.from({ length: Number(countText) }, () => {
    return stringifyJson({ template: generate(), context: FUZZ_CONTEXT, now: NOW });
  });
  const [expected, actual] = [await evaluateByReference(python, lines), await evaluateByOurs(lines)];
  const differences = lines.flatMap((line, i) => compareAnswers(line, expected[i] ?? '', actual[i] ?? ''));
  for (const difference of differences) process.stdout.write(`${difference}\n\n`);
  process.stdout.write(`${lines.length} templates, ${differences.length} differences\n`);
  return differences.length === 0 ? 0 : 1;
}

async function evaluateByReference(python: string, lines: readonly string[]): Promise<string[]> {
  const child = spawn(python, [path.join(import.meta.dirname, 'fuzz-templates.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, TZ: 'UTC' },
  });
  const output: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stdin.end(`${lines.join('\n')}\n`);
  await once(child, 'close');
  return Buffer.concat(output).toString('utf8').trimEnd().split('\n');
}

async function evaluateByOurs(lines: readonly string[]): Promise<string[]> {
  const output: string[] = [];
  async function* stdin(): AsyncGenerator<string> {
    yield lines.join('\n');
  }
  await runEval({ jsonl: true }, stdin(), (text) => output.push(text.trimEnd()));
  return output;
}

/** Addresses of objects differ from run to run. */
function withoutAddresses(text: string): string {
  return text.replace(/0x[0-9a-f]{8,}/gi, '0x0');
}

// An address whose text was taken apart.
const SPLIT_ADDRESS = /"value": "0"\}, \{"type": "str", "value": "x"\}, \{"type": "str", "value": "7"/;

function compareAnswers(line: string, expectedText: string, actualText: string): string[] {
  if (SPLIT_ADDRESS.test(expectedText)) return [];
  const expected = parseJson(withoutAddresses(expectedText)) as JsonObject;
  const actual = parseJson(withoutAddresses(actualText)) as JsonObject;
  const isSame = 'error' in expected ? 'error' in actual : isDeepStrictEqual(expected as Json, actual as Json);
  if (isSame) return [];
  const { template } = parseJson(line) as JsonObject;
  return [`${stringifyJson(template)}\n  reference ${expectedText}\n  ours      ${actualText}`];
}

process.exitCode = await main();

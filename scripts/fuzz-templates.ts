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
  const different = lines.flatMap((line, i) => {
    const [wanted = '', got = ''] = [expected[i], actual[i]];
    return isSame(wanted, got) ? [] : [{ line, wanted, got }];
  });
  const again = await evaluateByReference(
    python,
    different.map(({ line }) => line),
  );
  const differences = different.filter(({ wanted }, i) => wanted === again[i]);
  for (const { line, wanted, got } of differences) process.stdout.write(`${line}\n  reference ${wanted}\n  ours      ${got}\n\n`);
  const varying = different.length - differences.length;
  process.stdout.write(`${lines.length} templates, ${differences.length} differences`);
  process.stdout.write(varying > 0 ? ` (${varying} more to which the reference gives another answer each time)\n` : '\n');
  return differences.length === 0 ? 0 : 1;
}

async function evaluateByReference(python: string, lines: readonly string[]): Promise<string[]> {
  if (lines.length === 0) return [];
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

function isSame(expectedText: string, actualText: string): boolean {
  const expected = parseJson(withoutAddresses(expectedText)) as JsonObject;
  const actual = parseJson(withoutAddresses(actualText)) as JsonObject;
  return 'error' in expected ? 'error' in actual : isDeepStrictEqual(expected as Json, actual as Json);
}

process.exitCode = await main();

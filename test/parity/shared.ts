import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type JsonObject, parseJson } from '../../src/lib/json.ts';

const root = path.resolve(import.meta.dirname, '../../../shared');

/** A path inside the shared corpora beside the checkout, or undefined on a machine without them. */
export function sharedPath(relative: string): string | undefined {
  const file = path.join(root, relative);
  return existsSync(file) ? file : undefined;
}

/** The lines of a shared JSONL corpus, parsed without losing numbers; empty on a machine without it. */
export function corpusLines(relative: string): JsonObject[] {
  const file = sharedPath(relative);
  if (file === undefined) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => parseJson(line) as JsonObject);
}

/** The files of all recorded cases, in order; none on a machine without them. */
export function recordedCases(): string[] {
  const folder = sharedPath('conformance/cases');
  if (folder === undefined) return [];
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'));
  return files.sort().map((file) => path.join(folder, file));
}

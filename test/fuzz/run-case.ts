import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { JsonObject } from '../../src/lib/json.ts';
import { type Ended, runConnector } from '../scenarios/connector.ts';

/** What a command is run with. */
export interface CaseFiles {
  readonly manifest: unknown;
  readonly config: unknown;
  readonly catalog?: unknown;
  readonly state?: unknown;
}

/** Runs a command of the built connector with files made of values; texts and bytes are written as they are. Killed as soon as a promise resolves. */
export async function runWithFiles(
  command: string,
  files: CaseFiles,
  args: readonly string[] = [],
  env: Record<string, string> = {},
  killAt?: Promise<unknown>,
): Promise<Ended> {
  const work = mkdtempSync(path.join(tmpdir(), 'fuzz-'));
  try {
    const all = [...command.split(' '), ...args];
    for (const [name, value] of Object.entries(files)) {
      if (value === undefined || (command === 'spec' && name !== 'manifest')) continue;
      if (command !== 'read' && (name === 'catalog' || name === 'state')) continue;
      const file = path.join(work, `${name}.json`);
      writeFileSync(file, typeof value === 'string' || value instanceof Uint8Array ? value : JSON.stringify(value));
      all.push(name === 'manifest' ? '--manifest-path' : `--${name}`, file);
    }
    return await runConnector({ args: all, env, ...(killAt === undefined ? {} : { killAt }) });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** A catalog that selects streams by their names. */
export function catalogOf(names: readonly string[], mode = 'full_refresh'): JsonObject {
  return {
    streams: names.map((name) => ({
      stream: { name, json_schema: {}, supported_sync_modes: ['full_refresh', 'incremental'] },
      sync_mode: mode,
      destination_sync_mode: 'append',
    })),
  };
}

/** What people read of a run: all but records, and configs that are handed over. */
export function readByPeople({ stdout, stderr }: Pick<Ended, 'stdout' | 'stderr'>): string {
  const lines = stdout.split('\n').filter((line) => !/^\{"type":"(RECORD|CONTROL|STATE|CATALOG)"/.test(line));
  return `${lines.join('\n')}\n${stderr}`;
}

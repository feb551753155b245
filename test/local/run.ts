import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import type { JsonObject } from '../../src/lib/json.ts';
import { type Ended, runConnector, type Start } from '../scenarios/connector.ts';
import { type Result, readResult } from '../scenarios/messages.ts';

/** The manifest of the orders API. */
export const ORDERS_MANIFEST = path.resolve(import.meta.dirname, '../../integration_tests/orders/manifest.yaml');

/** A folder that ends with the test. */
export interface Work {
  readonly folder: string;
  /** The path of something in the folder. */
  at(name: string): string;
  /** Writes a file and gives its path. */
  file(name: string, content: string | JsonObject): string;
}

/** An empty folder. */
export function workFolder(): Work {
  const folder = mkdtempSync(path.join(tmpdir(), 'local-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const at = (name: string): string => path.join(folder, name);
  return {
    folder,
    at,
    file(name, content) {
      writeFileSync(at(name), typeof content === 'string' ? content : JSON.stringify(content));
      return at(name);
    },
  };
}

/** Runs a command of the built connector whose stdout holds messages. */
export async function runMessages(args: readonly string[], more: Omit<Start, 'args'> = {}): Promise<Result> {
  return readResult(await runConnector({ ...more, args }));
}

/** Runs a command of the built connector whose stdout is for people. */
export function runText(args: readonly string[], more: Omit<Start, 'args'> = {}): Promise<Ended> {
  return runConnector({ ...more, args });
}

/** A configured catalog of streams and how they are read. */
export function catalogOf(modes: Readonly<Record<string, 'full_refresh' | 'incremental'>>): JsonObject {
  return {
    streams: Object.entries(modes).map(([name, mode]) => ({
      stream: { name, json_schema: {}, supported_sync_modes: ['full_refresh', 'incremental'] },
      sync_mode: mode,
      destination_sync_mode: 'append',
    })),
  };
}

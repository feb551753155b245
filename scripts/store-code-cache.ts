import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DATASET_ID, startAnalyticsApi } from '../src/testing/analytics-api.ts';

const ROOT = path.resolve(import.meta.dirname, '..');

/** A manifest with what only the full reader of YAML reads. */
const ANCHORED = `version: 6.0.0
type: DeclarativeSource
check: {type: CheckStream, stream_names: [items]}
streams: []
spec: &spec
  type: Spec
  connection_specification: {type: object, title: "an \\"anchor\\""}
definitions: {spec: *spec}
`;

/**
 * Runs the built connector's commands against a local API, so that what their functions were compiled to is stored beside the files of the
 * bundle: every later start of the same Node takes it from there. Throws Error when a command fails.
 */
export async function storeCodeCache(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'source-declarative-'));
  const file = (name: string, value: unknown): string => {
    const place = path.join(folder, name);
    writeFileSync(place, JSON.stringify(value));
    return place;
  };
  const api = await startAnalyticsApi({ rows: 400, resources: 400, seed: 1 });
  try {
    const config = {
      base_url: api.url,
      dataset_id: DATASET_ID,
      start_date: '2025-01-01T00:00:00Z',
      end_date: '2026-02-01T00:00:00Z',
      credentials: { auth_type: 'access_token', access_token: 'analytics-token' },
    };
    const streams = ['dataset', 'resource'].map((name) => ({
      stream: { name, json_schema: {}, supported_sync_modes: ['full_refresh'] },
      sync_mode: 'full_refresh',
      destination_sync_mode: 'append',
    }));
    const manifest = path.join(ROOT, 'manifest.yaml');
    const anchored = path.join(folder, 'anchored.yaml');
    writeFileSync(anchored, ANCHORED);
    const source = ['--manifest-path', manifest, '--config', file('config.json', config)];
    const prepare = ['prepare', manifest, '--output', path.join(ROOT, 'dist/manifest.yaml.prepared')];
    const commands = [
      prepare,
      ['spec', '--manifest-path', manifest],
      ['spec', '--manifest-path', anchored],
      ['check', ...source],
      ['discover', ...source],
      ['read', ...source, '--catalog', file('catalog.json', { streams })],
    ];
    const child = spawn(process.execPath, [path.join(ROOT, 'scripts/warm-up.cjs'), file('commands.json', commands)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0) throw new Error(`the warm-up of the bundle ended with exit code ${code}`);
  } finally {
    await api.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

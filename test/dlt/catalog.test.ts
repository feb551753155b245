import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Ended, runConnector } from '../scenarios/connector.ts';
import { configText, startApi } from './read-config.ts';

describe('source-declarative catalog', () => {
  async function catalogOf(text: string, ...args: string[]): Promise<Ended> {
    const folder = mkdtempSync(path.join(tmpdir(), 'catalog-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(path.join(folder, 'pipeline.yaml'), text);
    writeFileSync(path.join(folder, 'config.json'), '{}');
    const source = ['--manifest-path', path.join(folder, 'pipeline.yaml'), '--config', path.join(folder, 'config.json')];
    return runConnector({ args: ['catalog', ...source, ...args] });
  }

  it('000.4 000.5: suggests the sync modes, keys and names that the hints of a dlt config say', async () => {
    const api = await startApi();
    const endpoint = (name: string) => ({ name, endpoint: { path: 'number', paginator: 'single_page' } });
    const incremental = { cursor_path: 'updated_at', initial_value: '2024-01-01' };
    const text = configText(api, 'number', {
      client: { paginator: 'single_page' },
      source: { resource_defaults: { primary_key: 'id', write_disposition: 'merge' } },
      more: [
        { ...endpoint('replaced'), write_disposition: 'replace', primary_key: ['id', 'title'], table_name: 'all_posts' },
        { ...endpoint('appended'), write_disposition: { disposition: 'append' } },
        { name: 'growing', endpoint: { path: 'number', incremental } },
      ],
    });
    const { exit, stdout, stderr } = await catalogOf(text);
    expect([exit, stderr]).toEqual([0, '']);
    const { streams } = JSON.parse(stdout) as { streams: Record<string, unknown>[] };
    const shown = streams.map(({ stream, ...rest }) => ({ name: (stream as { name: string }).name, ...rest }));
    const full = { sync_mode: 'full_refresh', primary_key: [['id']] };
    expect(shown).toEqual([
      { name: 'posts', ...full, destination_sync_mode: 'append_dedup' },
      {
        name: 'replaced',
        ...full,
        destination_sync_mode: 'overwrite',
        primary_key: [['id'], ['title']],
        destination_object_name: 'all_posts',
      },
      { name: 'appended', ...full, destination_sync_mode: 'append' },
      {
        name: 'growing',
        sync_mode: 'incremental',
        primary_key: [['id']],
        cursor_field: ['updated_at'],
        destination_sync_mode: 'append_dedup',
      },
    ]);
    expect(streams[0]?.['stream']).toMatchObject({
      source_defined_primary_key: [['id']],
      json_schema: { properties: { id: { type: ['null', 'integer'] }, updated_at: { format: 'date-time' } } },
    });
  });

  it('holds the streams that are named, and says when there is none', async () => {
    const api = await startApi();
    const text = configText(api, 'number', { more: ['zero'] });
    const one = await catalogOf(text, '--streams', 'zero');
    expect((JSON.parse(one.stdout) as { streams: { stream: { name: string } }[] }).streams.map(({ stream }) => stream.name)).toEqual([
      'zero',
    ]);
    const none = await catalogOf(text, '--streams', 'other');
    expect([none.exit, none.stdout]).toEqual([1, '']);
    expect(none.stderr).toContain('There is no stream "other"');
  });
});

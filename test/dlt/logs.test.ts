import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { runConnector } from '../scenarios/connector.ts';
import { readResult } from '../scenarios/messages.ts';
import { configText, startApi } from './read-config.ts';

it('002.21 002.23: --debug logs each request with its status, attempt and place, and masks what is secret in the URL', async () => {
  const api = await startApi({ status: 503 });
  const folder = mkdtempSync(path.join(tmpdir(), 'logs-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = (name: string, content: string): string => {
    writeFileSync(path.join(folder, name), content);
    return path.join(folder, name);
  };
  const auth = { type: 'api_key', name: 'sig', api_key: 'dlt.secrets["key"]', location: 'query' };
  const client = { auth, session: { request_backoff_factor: 0.01 } };
  const paginator = { type: 'page_number', base_page: 1, total_path: 'total_pages', maximum_page: 3 };
  const text = configText(api, { path: 'number', paginator, params: { access_token: 'token-of-params' } }, { client });
  const stream = { name: 'posts', json_schema: {}, supported_sync_modes: ['full_refresh'] };
  const catalog = JSON.stringify({ streams: [{ stream, sync_mode: 'full_refresh', destination_sync_mode: 'append' }] });
  const files = ['--manifest-path', file('pipeline.yaml', text), '--config', file('config.json', '{"key": "a/secret+key"}')];
  const { exit, stdout, messages } = readResult(
    await runConnector({ args: ['read', '--debug', ...files, '--catalog', file('catalog.json', catalog)] }),
  );
  const requests = messages.flatMap(({ log }) => (log?.level === 'DEBUG' && log.message.startsWith('GET ') ? [log.message] : []));
  expect(exit).toBe(0);
  expect(requests).toHaveLength(3);
  const [failed, first, second] = requests;
  expect(failed).toMatch(/\/number\?.*503/);
  expect(first).toMatch(/page=1.*200/);
  expect(second).toMatch(/page=2.*200/);
  expect(stdout).not.toMatch(/token-of-params|a\/secret|a%2Fsecret/);
});

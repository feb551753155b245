import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runConnector } from '../scenarios/connector.ts';
import { errorsOf, type Result, readResult, recordsOf } from '../scenarios/messages.ts';
import { configText, IDS, queries, read, startApi } from './read-config.ts';

const COMPONENTS = `
export class ByHeader {
  #step;
  constructor(spec) { this.#step = spec.step; }
  initialToken() { return 0; }
  nextToken({ response, token, extracted }) {
    return response.headers.get('x-next-cursor') === undefined || extracted === 0 ? undefined : token + this.#step;
  }
  contribute(options, { token }) { options.params['cursor'] = token; }
}

export function Signature(spec, builder) {
  const secret = builder.string(spec.secret);
  return { contribute: (options, url) => { options.headers['X-Signature'] = secret.evaluate(builder.context()) + ' ' + new URL(url()).pathname; } };
}
`;

/** Reads a config with code beside it through the built command. */
async function readWith(text: string, env: Record<string, string>): Promise<Result> {
  const folder = mkdtempSync(path.join(tmpdir(), 'custom-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = (name: string, content: string): string => {
    writeFileSync(path.join(folder, name), content);
    return path.join(folder, name);
  };
  file('components.js', COMPONENTS.replaceAll('export ', '').concat('module.exports = { ByHeader, Signature };'));
  const stream = { name: 'posts', json_schema: {}, supported_sync_modes: ['full_refresh'] };
  const catalog = JSON.stringify({ streams: [{ stream, sync_mode: 'full_refresh', destination_sync_mode: 'append' }] });
  const files = ['--manifest-path', file('pipeline.yaml', text), '--config', file('config.json', '{"key": "secret-of-mine"}'), '--catalog'];
  return readResult(await runConnector({ args: ['read', ...files, file('catalog.json', catalog)], env }));
}

describe('code of one’s own', () => {
  const ENDPOINT = { path: 'header-cursor', paginator: { type: 'custom', class_name: 'components.ByHeader', step: 5 } };
  const AUTH = { type: 'custom', class_name: 'components.Signature', secret: 'dlt.secrets["key"]' };

  it('002.13 002.16: pages and signs requests, and no secret is shown', async () => {
    const api = await startApi();
    const result = await readWith(configText(api, ENDPOINT, { client: { auth: AUTH } }), { AIRBYTE_ENABLE_UNSAFE_CODE: 'true' });
    expect(errorsOf(result)).toEqual([]);
    expect(recordsOf(result, 'posts').map((row) => (row as { id: number }).id)).toEqual(IDS);
    expect(queries(api)).toEqual([0, 5, 10, 15, 20].map((cursor) => `/header-cursor?cursor=${cursor}`));
    for (const { headers } of api.requests) expect(headers['x-signature']).toBe('secret-of-mine /header-cursor');
    expect(result.stdout).not.toContain('secret-of-mine');
  });

  it('002.13 002.16: does not run unless that is allowed', async () => {
    const api = await startApi();
    const result = await readWith(configText(api, ENDPOINT), {});
    expect(result.exit).toBe(1);
    expect(JSON.stringify(errorsOf(result))).toContain('AIRBYTE_ENABLE_UNSAFE_CODE');
    expect(api.requests).toEqual([]);
  });

  it.each([{ paginator: { type: 'custom' } }, { auth: { type: 'custom', secret: 'very-secret' } }])(
    '002.13 002.16: %j without a name is refused',
    async (part) => {
      const api = await startApi();
      const refusal = await read(api, { path: 'number', ...part }).catch((error: Error) => error);
      expect(String(refusal)).toContain('The type custom needs "class_name"');
      expect(String(refusal)).not.toContain('very-secret');
    },
  );
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { runConnector } from './scenarios/connector.ts';
import { readResult } from './scenarios/messages.ts';

/** A connector whose configs once had the key `host`, and whose check asks an API that nobody serves. */
const MANIFEST = {
  version: '6.0.0',
  type: 'DeclarativeSource',
  check: { type: 'CheckStream', stream_names: [] },
  streams: [],
  spec: {
    type: 'Spec',
    connection_specification: { type: 'object', required: ['server'], properties: { server: { type: 'string' } } },
    config_normalization_rules: {
      type: 'ConfigNormalizationRules',
      config_migrations: [
        {
          type: 'ConfigMigration',
          transformations: [
            {
              type: 'ConfigAddFields',
              condition: "{{ 'host' in config }}",
              fields: [{ type: 'AddedFieldDefinition', path: ['server'], value: "{{ config['host'] }}" }],
            },
            { type: 'ConfigRemoveFields', field_pointers: [['host']] },
          ],
        },
      ],
    },
  },
};

it('writes a migrated config back and tells the platform of it, once', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'migration-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [manifest, config] = ['manifest.json', 'config.json'].map((name) => path.join(folder, name)) as [string, string];
  writeFileSync(manifest, JSON.stringify(MANIFEST));
  writeFileSync(config, '{"host": "example.com"}');
  const check = async (): Promise<unknown[]> => {
    const result = readResult(await runConnector({ args: ['check', '--manifest-path', manifest, '--config', config] }));
    return (result.messages as unknown as { control?: { connectorConfig: { config: unknown } } }[]).flatMap(
      ({ control }) => control?.connectorConfig.config ?? [],
    );
  };
  expect(await check()).toEqual([{ server: 'example.com' }]);
  expect(JSON.parse(readFileSync(config, 'utf8'))).toEqual({ server: 'example.com' });
  expect(await check()).toEqual([]);
});

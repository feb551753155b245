import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { components } from '../components/index.ts';
import { createRegistry } from '../engine/registry.ts';
import { serveHttp } from '../http/testing/local-server.ts';
import type { Json, JsonObject } from '../lib/json.ts';
import { testRun } from '../testing/build-from-yaml.ts';
import { type CodeSource, loadCustomCode } from './custom-code.ts';

const registry = createRegistry(components);
const allowed = { AIRBYTE_ENABLE_UNSAFE_CODE: 'True' };
const MANIFEST: JsonObject = {
  definitions: { unused: { type: 'CustomDecoder', class_name: 'c.Unused' } },
  streams: [
    { retriever: { decoder: { type: 'CustomDecoder', class_name: 'source_x.components.Unpack' } } },
    {
      retriever: { decoder: { type: 'CustomDecoder', class_name: 'source_x.components.Unpack' } },
      transformations: [{ type: 'CustomTransformation', class_name: 'Tidy' }],
    },
  ],
};

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'custom-code-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  return folder;
}

function load(manifest: Json, source: Partial<CodeSource> & { readonly folder: string }): ReturnType<typeof loadCustomCode> {
  const host = { log: testRun().log, onEnd: onTestFinished, limits: { seconds: 10, megabytes: 256 } };
  return loadCustomCode(manifest, { registry, config: {}, file: undefined, environment: allowed, host, ...source });
}

describe('loadCustomCode', () => {
  it('finds the classes and functions of the file beside the manifest by the last part of their names', async () => {
    const code = await load(MANIFEST, {
      folder: folderWith({ 'components.ts': 'export class Unpack {}\nexport const Tidy = (spec: object) => spec;' }),
    });
    expect(code?.find('a.b.Unpack')).toBeDefined();
    expect(code?.find('Tidy')).toBeDefined();
    expect(code?.find('toString')).toBeUndefined();
  });

  it('takes the file that the user names', async () => {
    const folder = folderWith({ 'mine.js': 'export class Unpack {}; export class Tidy {}', 'components.js': 'export const nothing = 1' });
    expect(await load(MANIFEST, { folder, file: path.join(folder, 'mine.js') })).toBeDefined();
  });

  it('names each class that there is no code for, with what it must have and where it stands', async () => {
    const error = await load(MANIFEST, { folder: folderWith({}) }).catch((thrown: Error) => thrown.message);
    expect(error).toMatch(
      /- source_x\.components\.Unpack \(CustomDecoder at streams\[0\]\.retriever\.decoder and 1 more\)\. .*decode\(response\)/,
    );
    expect(error).toMatch(/- Tidy \(CustomTransformation at streams\[1\]\.transformations\[0\]\)\. .*transform\(record, request\)/);
    expect(error).not.toContain('Unused');
  });

  it('names the classes that a file lacks', async () => {
    const folder = folderWith({ 'components.js': 'export class Unpack {}' });
    const error = await load(MANIFEST, { folder }).catch((thrown: Error) => thrown.message);
    expect(error).toContain('- Tidy');
    expect(error).not.toContain('- source_x');
  });

  it.each<[string, Partial<Omit<CodeSource, 'folder'>>, Readonly<Record<string, string>>]>([
    ['beside the manifest', {}, { 'components.py': 'class Unpack: ...' }],
    ['in a file', { file: 'other/components.py' }, {}],
    [
      'in the config',
      { config: { __injected_components_py: 'x', __injected_components_py_checksums: { md5: '9dd4e461268c8034f5c8564e155c67a6' } } },
      {},
    ],
  ])('refuses Python %s and says what is to be ported', async (_, source, files) => {
    await expect(load(MANIFEST, { folder: folderWith(files), ...source })).rejects.toThrow(
      /in Python, which cannot be run here.*Unpack.*Tidy/s,
    );
  });

  it('runs nothing without permission', async () => {
    const folder = folderWith({ 'components.js': 'throw new Error("it ran")' });
    await expect(load(MANIFEST, { folder, environment: {} })).rejects.toThrow('not permitted');
    await expect(load({}, { folder, environment: {}, file: 'components.js' })).rejects.toThrow('not permitted');
    await expect(load({}, { folder, environment: {}, config: { __injected_components_py: 'x' } })).rejects.toThrow('not permitted');
    expect(await load({}, { folder, environment: {} })).toBeUndefined();
  });

  it.each<[string, Json]>([
    ['needs a checksum', null],
    ['needs a checksum', {}],
    ['may hold md5 and sha256', { sha1: 'x' }],
    ['does not match', { sha256: 'x' }],
  ])('refuses injected code when its checksum %s', async (message, checksums) => {
    const config = { __injected_components_py: 'x', __injected_components_py_checksums: checksums };
    await expect(load({}, { folder: folderWith({}), config })).rejects.toThrow(message);
  });

  it('tells of a file that cannot be loaded', async () => {
    const folder = folderWith({ 'components.js': 'export class {' });
    await expect(load(MANIFEST, { folder })).rejects.toThrow(/cannot be loaded/);
    await expect(load(MANIFEST, { folder, file: path.join(folder, 'none.js') })).rejects.toThrow('There is no file');
  });
});

describe('docs/examples/custom-components', () => {
  it('reads the articles of Pocket page by page', async () => {
    const pages: Json[] = [{ list: { 7: { item_id: '7' }, 8: { item_id: '8' } } }, { list: { 9: { item_id: '9' } } }];
    const bodies: string[] = [];
    const server = await serveHttp(async (request, response) => {
      const chunks = await Array.fromAsync(request);
      bodies.push(Buffer.concat(chunks as Buffer[]).toString());
      response.end(JSON.stringify(pages[bodies.length - 1] ?? { list: [] }));
    });
    const folder = folderWith({
      'config.json': JSON.stringify({ base_url: server.url, consumer_key: 'k', access_token: 't' }),
      'catalog.json': JSON.stringify({
        streams: [
          {
            stream: { name: 'articles', json_schema: {}, supported_sync_modes: ['full_refresh'] },
            sync_mode: 'full_refresh',
            destination_sync_mode: 'append',
          },
        ],
      }),
    });
    const root = path.resolve(import.meta.dirname, '../..');
    const lines = await output(
      [
        path.join(root, 'src/main.ts'),
        'read',
        '--manifest-path',
        path.join(root, 'docs/examples/custom-components/manifest.yaml'),
        '--config',
        'config.json',
        '--catalog',
        'catalog.json',
      ],
      folder,
    );
    const records = lines.flatMap((line) => (line['type'] === 'RECORD' ? [(line['record'] as JsonObject)['data']] : []));
    expect(records).toEqual([{ item_id: '7' }, { item_id: '8' }, { item_id: '9' }]);
    expect(bodies.map((body) => (JSON.parse(body) as { offset?: number }).offset)).toEqual([undefined, 2]);
  });
});

async function output(parameters: readonly string[], folder: string): Promise<JsonObject[]> {
  const child = spawn(process.execPath, parameters, {
    cwd: folder,
    env: { ...process.env, ...allowed },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const text = Buffer.concat((await Array.fromAsync(child.stdout)) as Buffer[]).toString();
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as JsonObject);
}

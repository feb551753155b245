import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { serveHttp } from '../src/http/testing/local-server.ts';
import { catalogOf } from './fuzz/run-case.ts';
import { itemsManifest } from './items-manifest.ts';
import { runConnector } from './scenarios/connector.ts';

/** Makes a process as deaf to the signals that it sends itself as the first process of a container is. */
const DEAF = { NODE_OPTIONS: '--import=data:text/javascript,process.kill=()=>true' };

it.each([
  ['dies of the signal', {}, { exit: null, signal: 'SIGTERM' }],
  ['ends with its code where it is the first process of a container', DEAF, { exit: 143, signal: null }],
])('a read that waits for the API when SIGTERM comes %s', async (_what, env, expected) => {
  const { url } = await serveHttp(() => {});
  const folder = mkdtempSync(path.join(tmpdir(), 'signals-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = (name: string, value: unknown): string => {
    const place = path.join(folder, name);
    writeFileSync(place, JSON.stringify(value));
    return place;
  };
  const args = ['read', '--manifest-path', file('manifest.json', itemsManifest({ requester: { url_base: url } }))];
  args.push('--config', file('config.json', {}), '--catalog', file('catalog.json', catalogOf(['items'])));
  const { exit, signal } = await runConnector({ args, env, interrupt: { by: 'SIGTERM', once: '"status":"STARTED"' } });
  expect({ exit, signal }).toEqual(expected);
});

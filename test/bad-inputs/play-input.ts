import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stringify } from 'yaml';
import { catalogOf } from '../fuzz/run-case.ts';
import { mergePatch } from '../merge-patch.ts';
import { runConnector } from '../scenarios/connector.ts';
import type { BadInput } from './bad-inputs.ts';

const FAST = ['--guard', 'max_wait=0.001'];

/** Runs the connector on a bad input and gives what it says: the first error or warning, or what it writes of its arguments. */
export async function answerTo(bad: BadInput): Promise<string> {
  let count = 0;
  const server = createServer((_request, response) => {
    count += 1;
    answer(response, bad, count);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const work = mkdtempSync(path.join(tmpdir(), 'bad-input-'));
  try {
    const args = argumentsOf(bad, address, work);
    const { stdout, stderr } = await runConnector({ args });
    return portable(said(stdout, stderr, bad.warning), address, work);
  } finally {
    server.close();
    server.closeAllConnections();
    rmSync(work, { recursive: true, force: true });
  }
}

function answer(response: ServerResponse, { api }: BadInput, count: number): void {
  if (api.silent) return;
  if (api.break) response.socket?.destroy();
  else
    response.writeHead(api.status, { 'Content-Type': 'application/json', ...api.headers }).end(api.body.replace('$COUNT', String(count)));
}

function argumentsOf(bad: BadInput, address: string, work: string): string[] {
  const made: Record<string, unknown> = {
    manifest: manifestOf(bad),
    config: mergePatch({ key: 'k3y-0f-the-user', start: '2026-01-01' }, bad.config),
    ...(bad.run === 'read' ? { catalog: catalogOf(['items'], 'incremental') } : {}),
  };
  const names = [...new Set([...Object.keys(made), ...Object.keys(bad.text)])];
  const files = names.flatMap((name) => {
    const file = path.join(work, `${name}.${name === 'manifest' ? 'yaml' : 'json'}`);
    const text =
      name in bad.text
        ? bad.text[name]
        : name === 'manifest'
          ? stringify(made[name], { aliasDuplicateObjects: false })
          : JSON.stringify(made[name]);
    if (text !== null && text !== undefined)
      writeFileSync(file, text.replaceAll('$API_HTTPS', `https://${address}`).replaceAll('$API', `http://${address}`));
    return [name === 'manifest' ? '--manifest-path' : `--${name}`, file];
  });
  return [bad.run, ...files, ...FAST, ...bad.args];
}

function manifestOf(bad: BadInput): unknown {
  const requester = mergePatch({ type: 'HttpRequester', url_base: '$API', path: '/items' }, bad.requester);
  const selector = { type: 'RecordSelector', extractor: { type: 'DpathExtractor', field_path: ['items'] } };
  const retriever = mergePatch({ type: 'SimpleRetriever', requester, record_selector: selector }, bad.retriever);
  const schema = { type: 'InlineSchemaLoader', schema: {} };
  const stream = mergePatch({ type: 'DeclarativeStream', name: 'items', schema_loader: schema, retriever }, bad.stream);
  const properties = { key: { type: 'string', airbyte_secret: true }, start: { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\d$' } };
  const base = {
    type: 'DeclarativeSource',
    version: '6.0.0',
    check: { type: 'CheckStream', stream_names: ['items'] },
    streams: [stream],
    spec: { type: 'Spec', connection_specification: { type: 'object', required: ['key'], properties } },
  };
  return mergePatch(base, bad.manifest);
}

interface Message {
  readonly log?: { readonly level: string; readonly message: string };
  readonly trace?: { readonly error?: { readonly message: string } };
  readonly connectionStatus?: { readonly status: string; readonly message?: string };
}

function said(stdout: string, stderr: string, isWarning: boolean): string {
  const messages = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Message);
  const warnings = messages.flatMap(({ log }) => (log?.level === 'WARN' ? [log.message] : []));
  if (isWarning) return warnings.at(-1) ?? '';
  const [error] = messages.flatMap(({ trace, connectionStatus }) => trace?.error?.message ?? connectionStatus?.message ?? []);
  return error ?? stderr.trim();
}

/** The text without what differs from machine to machine. */
function portable(text: string, address: string, work: string): string {
  return text.replaceAll(address, 'api.example.com').replaceAll(`${work}/`, '');
}

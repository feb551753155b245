import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { auxiliaryScope } from '../../engine/auxiliary-scope.ts';
import { StreamSlice } from '../../engine/stream-slice.ts';
import { serveHttp } from '../../http/testing/local-server.ts';
import { buildFromYaml } from '../../testing/build-from-yaml.ts';
import { localApi } from '../../testing/local-api.ts';

const TEXT = 'y'.repeat(100_000);
const COUNT = 100;
const CUT = 9_000_000;

const row = (id: number): string => `{"id": ${id}, "text": "${TEXT}"}`;
const rows = Array.from({ length: COUNT }, (_, id) => id);

function bodyOf(ids: readonly number[]): string {
  return `{"items": [${ids.map(row).join(',')}]}`;
}

const RETRIEVER = `
type: SimpleRetriever
requester: {type: HttpRequester, url: "{{ config.url }}/items"}
record_selector: {type: RecordSelector, extractor: {type: DpathExtractor, field_path: [items]}}`;
const LINES = `${RETRIEVER.replace('field_path: [items]', 'field_path: []')}\ndecoder: {type: JsonlDecoder}`;

interface Reading {
  readonly ids: number[];
  readonly requests: number;
  readonly warnings: readonly string[];
  readonly error: string | undefined;
}

/** Reads a page whose first responses break off once records of them were read; bodies come in their order, the last for ever. */
async function read(bodies: readonly string[], breaks: number, yaml = RETRIEVER, cut = CUT): Promise<Reading> {
  let requests = 0;
  let open: ServerResponse | undefined;
  const server = await serveHttp((_request, response) => {
    requests += 1;
    const body = bodies[Math.min(requests, bodies.length) - 1] as string;
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
    if (requests > breaks) return void response.end(body);
    response.write(body.slice(0, cut));
    if (requests === 1) open = response;
    else setImmediate(() => response.destroy());
  });
  const { run, warnings } = await localApi(() => ({}));
  const stream = auxiliaryScope(run as never, 'items');
  const retriever = buildFromYaml('retriever', yaml, { config: { url: server.url }, run: { ...run } as never, stream, declaration: {} });
  const ids: number[] = [];
  try {
    for await (const { records } of retriever.read(new StreamSlice())) {
      ids.push(...records.map(({ id }) => Number(id)));
      open?.destroy();
      open = undefined;
    }
    return { ids, requests, warnings, error: undefined };
  } catch (error) {
    return { ids, requests, warnings, error: (error as Error).message };
  }
}

describe('a body that breaks off after its first records', () => {
  it('is asked for again and goes on where it did', async () => {
    const { ids, requests, error } = await read([bodyOf(rows)], 1);
    expect(error).toBeUndefined();
    expect(ids).toEqual(rows);
    expect(requests).toBe(2);
  });

  it('does so while lines arrive, however short it is', async () => {
    const { ids, requests } = await read([`${rows.map((id) => `{"id": ${id}}\n`).join('')}`], 1, LINES, 200);
    expect(ids).toEqual(rows);
    expect(requests).toBe(2);
  });

  it('is read anew when it is another one then', async () => {
    const others = rows.toReversed();
    const { ids, requests, warnings, error } = await read([bodyOf(rows), bodyOf(others)], 1);
    expect(error).toBeUndefined();
    expect(ids.slice(-COUNT)).toEqual(others);
    expect(ids.length).toBeLessThan(2 * COUNT);
    expect(requests).toBe(3);
    expect(warnings.join('\n')).toMatch(/another one when it was asked for again.*records of it come again/);
  });

  it('ends its stream when it breaks off each time', async () => {
    const { requests, error } = await read([bodyOf(rows)], 100);
    expect(error).toMatch(/broke off|closed the connection/);
    expect(requests).toBeGreaterThan(3);
    expect(requests).toBeLessThan(60);
  });
});

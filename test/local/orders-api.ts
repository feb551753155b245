import type { IncomingMessage } from 'node:http';
import { serveHttp } from '../../src/http/testing/local-server.ts';
import type { JsonObject } from '../../src/lib/json.ts';

/** What the API answers in place of a page. */
export interface Fault {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Breaks the connection in the middle of the body. */
  readonly breaks?: boolean;
  /** Never answers. */
  readonly hangs?: boolean;
}

/** A request that the API saw. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An API on the loopback address with pages of two records, behind OAuth; it ends with the test. */
export interface OrdersApi {
  readonly url: string;
  readonly seen: Seen[];
  /** The records at each path; those with an `updated_at` are given for the window that is asked for. */
  readonly data: Record<string, JsonObject[]>;
  /** What happens instead of the answer; undefined for none. */
  fault: (request: Seen, count: number) => Fault | undefined;
}

export const CLIENT_SECRET = 'correct-horse-battery';
const PAGE_SIZE = 2;

/** The config of a connector to the API. */
export function ordersConfig(api: OrdersApi, more: JsonObject = {}): JsonObject {
  return { base_url: api.url, client_id: 'client-1', client_secret: CLIENT_SECRET, ...more };
}

/** An order with every kind of field. */
export function order(id: number, updatedAt: string, more: JsonObject = {}): JsonObject {
  return {
    id,
    status: 'open',
    total: id + 0.5,
    paid: id % 2 === 0,
    day: updatedAt.slice(0, 10),
    updated_at: updatedAt,
    customer: { name: `Customer ${id}`, address: { city: 'Bern' } },
    items: [{ sku: `S${id}`, count: id }],
    ...more,
  };
}

/** Starts the API. */
export async function startOrdersApi(data: Record<string, JsonObject[]>): Promise<OrdersApi> {
  const seen: Seen[] = [];
  let tokens = 0;

  function answer({ path, query, body }: Seen, authorization: string | undefined): { status: number; body: JsonObject } {
    if (path === '/token') {
      tokens += 1;
      const refreshed = body.includes('refresh_token') ? { refresh_token: `refresh-${tokens}` } : {};
      return { status: 200, body: { access_token: `obtained-token-${tokens}`, token_type: 'Bearer', expires_in: 3600, ...refreshed } };
    }
    if (authorization !== `Bearer obtained-token-${tokens}`)
      return { status: 401, body: { message: `The token ${authorization} is not valid.` } };
    const { updated_since: since = '', updated_until: until = '9999' } = query;
    const rows = (data[path] ?? []).filter(({ updated_at: at = since }) => String(at) >= since && String(at) <= until);
    const first = (Number(query['page']) - 1) * PAGE_SIZE;
    return { status: 200, body: { data: rows.slice(first, first + PAGE_SIZE) } };
  }

  const server = await serveHttp(async (message, response) => {
    const request = await readRequest(message);
    seen.push(request);
    const fault = api.fault(request, seen.length);
    if (fault?.hangs) return;
    const { status, body } = answer(request, message.headers.authorization);
    const bytes = Buffer.from(fault?.body ?? JSON.stringify(body));
    response.writeHead(fault?.status ?? status, { 'content-type': 'application/json', 'content-length': bytes.length, ...fault?.headers });
    if (fault?.breaks) response.write(bytes.subarray(0, bytes.length >> 1), () => message.socket.destroy());
    else response.end(bytes);
  });
  const api: OrdersApi = { url: server.url, seen, data, fault: () => undefined };
  return api;
}

async function readRequest(message: IncomingMessage): Promise<Seen> {
  const url = new URL(message.url ?? '/', 'http://127.0.0.1');
  const body = Buffer.concat((await Array.fromAsync(message)) as Buffer[]).toString();
  return { method: message.method ?? '', path: url.pathname, query: Object.fromEntries(url.searchParams), body };
}

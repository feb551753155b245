import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Json, type JsonObject, parseJson } from '../lib/json.ts';
import { isPlainObject } from '../lib/objects.ts';

const POSTS = 25;
const PAGE_SIZE = 5;
const COMMENTS = 8;
/** Requests after which all are refused, so that endless paging ends. */
const MOST_REQUESTS = 400;

/** A request as the API saw it: its query in order, its body as JSON where it is some. */
export interface AskedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json;
  /** The body as it came. */
  readonly text: string;
}

/** An answer: JSON unless the body is a text or bytes. */
export interface PageAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Json | Uint8Array;
}

/** An API that gives the same posts by every way of paging, on the loopback address. */
export interface PagingApi {
  readonly url: string;
  readonly requests: AskedRequest[];
  /** Answers that come before any other, such as failures. */
  readonly first: PageAnswer[];
  /** Posts that the keyset has beside its own, newer ones. */
  readonly added: JsonObject[];
  /** What an answer waits for; nothing unless set. */
  hold: ((asked: AskedRequest) => Promise<void> | undefined) | undefined;
  close(): Promise<void>;
}

/** What a handler may look at; `value` finds a value of the query, or of the JSON body. */
interface Asked extends AskedRequest {
  readonly url: string;
  readonly value: (name: string) => Json | undefined;
}

/** The port to listen on, a free one unless told, and the number of requests after which all are refused. */
interface PagingSetting {
  readonly port?: number;
  readonly mostRequests?: number;
}

/**
 * Starts the API. `/number`, `/zero`, `/offset`, `/cursor`, `/link`, `/relative`, `/rooted`, `/header-link`, `/header-cursor`, `/keyset` and
 * `/graphql` page as their names say, GET and POST; `/posts/{id}` and `/posts/{id}/comments` are below `/posts`; `/echo` gives the request back; anything else
 * is posts by page number.
 */
export async function startPagingApi({ port = 0, mostRequests = MOST_REQUESTS }: PagingSetting = {}): Promise<PagingApi> {
  const requests: AskedRequest[] = [];
  const first: PageAnswer[] = [];
  const added: JsonObject[] = [];
  let url = '';

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = await readRequest(message, url);
    requests.push({
      method: asked.method,
      path: asked.path,
      query: asked.query,
      headers: asked.headers,
      body: asked.body,
      text: asked.text,
    });
    const {
      status = 200,
      headers = {},
      body = null,
    } = requests.length > mostRequests ? { status: 400, body: 'Too many requests.' } : (first.shift() ?? answer(asked, added));
    await api.hold?.(asked);
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
    response.end(typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body));
  }

  const server = createServer((message, response) => {
    serve(message, response).catch((error: unknown) => response.destroy(error as Error));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const api: PagingApi = {
    url,
    requests,
    first,
    added,
    hold: undefined,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return api;
}

async function readRequest(message: IncomingMessage, base: string): Promise<Asked> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  const { pathname, search, searchParams } = new URL(message.url ?? '/', base);
  const body = bodyOf(text);
  return {
    method: message.method ?? '',
    path: pathname,
    query: search.slice(1),
    headers: Object.fromEntries(Object.entries(message.headers).map(([name, value]) => [name, String(value)])),
    body,
    text,
    url: `${base}${pathname}`,
    value: (name) => searchParams.get(name) ?? (isPlainObject(body) ? (body as JsonObject)[name] : undefined),
  };
}

function bodyOf(text: string): Json {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}

function post(id: number): JsonObject {
  return { id, title: `Post ${id}`, updated_at: new Date(Date.UTC(2024, 0, 1, id)).toISOString().replace('.000', '') };
}

const ALL = Array.from({ length: POSTS }, (_, id) => post(id));

function answer(asked: Asked, added: readonly JsonObject[]): PageAnswer {
  const { path, headers } = asked;
  const inner = /^\/posts\/(\d+)(\/comments|\/details)?$/.exec(path);
  if (inner !== null) return { body: innerOf(Number(inner[1]), inner[2], asked) };
  const status = /^\/status\/(\d+)/.exec(path)?.[1];
  if (status !== undefined) return { status: Number(status), body: { error: `This is ${status}.` } };
  if (path === '/echo') return { body: { data: [{ method: asked.method, query: asked.query, body: asked.body }] } };
  if (path === '/token') return { body: { access_token: 'obtained-token', expires_in: 3600 } };
  if (path === '/private')
    return headers['authorization'] === undefined ? { status: 401, body: { error: 'Who are you?' } } : { body: { data: ALL.slice(0, 2) } };
  if (path === '/words') return { body: { items: ['one', 'two', 'three'] } };
  if (path === '/latin')
    return { headers: { 'Content-Type': 'application/json' }, body: Buffer.from('{"data":[{"id":1,"name":"M\xfcller"}]}', 'latin1') };
  return WAYS[path.slice(1)]?.(asked, added) ?? byNumber(asked);
}

function innerOf(id: number, below: string | undefined, { value }: Asked): Json {
  if (below === undefined) return { ...post(id), body: `Text of post ${id}` };
  const comments = Array.from({ length: COMMENTS }, (_, index) => ({ id: index, post_id: id, text: `Comment ${index}` }));
  if (below === '/details') return comments.slice(0, 1);
  const page = Number(value('page') ?? 1);
  return { data: slice(comments, (page - 1) * PAGE_SIZE), page, total_pages: Math.ceil(COMMENTS / PAGE_SIZE), next_page: null };
}

function slice<T>(list: readonly T[], offset: number, limit = PAGE_SIZE): T[] {
  return list.slice(offset, offset + limit);
}

/** Posts by page number from 1 on, with a link to the next page. */
function byNumber({ value, url }: Asked): PageAnswer {
  const page = Number(value('page') ?? 1);
  const pages = POSTS / PAGE_SIZE;
  const data = slice(ALL, (page - 1) * PAGE_SIZE);
  return { body: { data, page, total_pages: pages, ...(page < pages ? { next_page: `${url}?page=${page + 1}` } : {}) } };
}

const WAYS: Readonly<Record<string, (asked: Asked, added: readonly JsonObject[]) => PageAnswer>> = {
  number({ value }) {
    const page = Number(value('page') ?? 1);
    return { body: { data: slice(ALL, (page - 1) * PAGE_SIZE), page, total_pages: String(POSTS / PAGE_SIZE) } };
  },
  zero({ value }) {
    const page = Number(value('page') ?? 0);
    return { body: { data: slice(ALL, page * PAGE_SIZE), total: POSTS / PAGE_SIZE, has_more: (page + 1) * PAGE_SIZE < POSTS } };
  },
  offset({ value }) {
    const [offset, limit] = [Number(value('offset') ?? 0), Number(value('limit') ?? PAGE_SIZE)];
    return { body: { data: slice(ALL, offset, limit), meta: { total: POSTS, has_more: String(offset + limit < POSTS) } } };
  },
  list({ value }) {
    const [offset, limit] = [Number(value('offset') ?? 0), Number(value('limit') ?? PAGE_SIZE)];
    return { body: slice(ALL, offset, limit) };
  },
  cursor({ value }) {
    const from = Number(value('cursor') ?? value('after') ?? 0);
    const next = from + PAGE_SIZE;
    return { body: { data: slice(ALL, from), cursors: { next: next < POSTS ? String(next) : null }, has_more: next < POSTS } };
  },
  link({ value, url }) {
    const page = Number(value('page') ?? 1);
    const next = page * PAGE_SIZE < POSTS ? `${url}?page=${page + 1}` : null;
    return { body: { results: slice(ALL, (page - 1) * PAGE_SIZE), links: { next } } };
  },
  relative({ value }) {
    const page = Number(value('page') ?? 1);
    return { body: { items: slice(ALL, (page - 1) * PAGE_SIZE), next: page * PAGE_SIZE < POSTS ? `?page=${page + 1}` : null } };
  },
  rooted({ value, path }) {
    const page = Number(value('page') ?? 1);
    return {
      body: { rows: slice(ALL, (page - 1) * PAGE_SIZE), pages: { nextUrl: page * PAGE_SIZE < POSTS ? `${path}?page=${page + 1}` : null } },
    };
  },
  'header-link'({ value, url }) {
    const page = Number(value('page') ?? 1);
    const link = `<${url}?page=${page + 1}>; rel="next", <${url}?page=1>; rel="first"`;
    return { headers: page * PAGE_SIZE < POSTS ? { Link: link } : {}, body: slice(ALL, (page - 1) * PAGE_SIZE) };
  },
  'header-cursor'({ value }) {
    const from = Number(value('cursor') ?? 0);
    const next = from + PAGE_SIZE;
    return { headers: next < POSTS ? { 'X-Next-Cursor': String(next) } : {}, body: { data: slice(ALL, from) } };
  },
  keyset: byKeyset,
  graphql: byConnection,
};

/** Posts as a GraphQL connection: "first" and "after" are variables, the cursor stands in "pageInfo". */
function byConnection({ body }: Asked): PageAnswer {
  const { query, variables } = (isPlainObject(body) ? body : {}) as { query?: Json; variables?: JsonObject };
  if (typeof query !== 'string' || !query.includes('pageInfo'))
    return { status: 400, body: { errors: [{ message: 'There is no query.' }] } };
  const { first, after } = { first: PAGE_SIZE, after: '0', ...variables };
  const end = Number(after ?? 0) + Number(first);
  const nodes = slice(ALL, Number(after ?? 0), Number(first));
  return {
    body: { data: { posts: { nodes, pageInfo: { hasNextPage: end < POSTS, endCursor: nodes.length === 0 ? null : String(end) } } } },
  };
}

/** Posts by the time of their change: since a time first, then by a token alone, which must not come with the time. */
function byKeyset({ value }: Asked, added: readonly JsonObject[]): PageAnswer {
  const [since, token] = [value('updated_since'), value('scroll_param')];
  if (since !== undefined && token !== undefined)
    return { status: 400, body: { error: 'updated_since and scroll_param exclude each other' } };
  const [from = '', offset = '0'] =
    token === undefined ? [String(since ?? ''), '0'] : Buffer.from(String(token), 'base64').toString().split('|');
  const rows = [...ALL, ...added].filter((row) => String(row['updated_at']) >= from);
  const end = Number(offset) + PAGE_SIZE;
  const next = Buffer.from(`${from}|${end}`).toString('base64');
  return { body: { data: slice(rows, Number(offset)), ...(end < rows.length ? { scroll_param: next } : {}) } };
}

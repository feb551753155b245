import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Json, type JsonObject, parseJson } from '../lib/json.ts';
import { isPlainObject } from '../lib/objects.ts';

const DAY = 86_400_000;
const YEAR = 365 * DAY;
/** The first row's time: 1 January 2025, in epoch milliseconds. */
const START = Date.UTC(2025, 0, 1);
/** Every so many rows there is one without an id. */
const NULL_ID_EVERY = 101;
const MOST_ROWS_A_PAGE = 10_000;
/** The operator of a clause that takes all timestamps from its first to its second parameter, both included. */
const BETWEEN = 10;

/** The dataset that the API has, and the one that nobody may read. */
export const DATASET_ID = 'machines';
export const FORBIDDEN_DATASET_ID = 'payroll';

/** What happens to a request in place of its answer. */
export interface Fault {
  /** Only requests whose path contains this; every request without it. */
  path?: string;
  /** Only requests whose body contains this: the border of a window, whose requests arrive in any order. */
  asks?: string;
  /** Which matching requests, the first being 1: from `at`, `times` in a row; 1 and 1 unless told. */
  at?: number;
  times?: number;
  /** Answers with this status and a JSON error, or with `body` as it is. */
  status?: number;
  headers?: Record<string, string>;
  body?: string;
  /** The value of Retry-After: seconds or an HTTP date. */
  retryAfter?: number | string;
  /** Breaks the connection: before the answer, or in the middle of its body. */
  break?: 'before' | 'within';
  /** Milliseconds to wait before the answer. */
  delay?: number;
}

/** A request as the API saw it, with the status that it answered; 0 when the connection was broken. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  status: number;
}

export interface AnalyticsApiOptions {
  /** The port on the loopback address; a free one unless told. */
  port?: number;
  /** Rows of the dataset, spread over a year. */
  rows: number;
  /** Records of `/v1/resource`; as many as `rows` unless told. */
  resources?: number;
  /** The same seed gives the same rows. */
  seed: number;
  /** The accepted bearer token. */
  accessToken?: string;
  /** The accepted API key and the header it comes in. */
  apiKey?: string;
  apiKeyHeader?: string;
  faults?: readonly Fault[];
}

export interface AnalyticsApi {
  readonly url: string;
  /** All requests so far, in the order of their arrival. */
  readonly requests: readonly SeenRequest[];
  /** A row of the dataset, the first being 0. */
  row(index: number): JsonObject;
  /** Appends rows that are newer than all others. */
  addRows(count: number): void;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Record<string, string>;
}

class ApiError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * Starts an analytics API on the loopback address. `POST /api/dataset/execute/{dataset_id}` gives the rows of a dataset by clauses, offset
 * and limit; `GET /v1/resource` gives records from the newest on, before an id. Both take the bearer token as well as the API key.
 */
export async function startAnalyticsApi(options: AnalyticsApiOptions): Promise<AnalyticsApi> {
  const { port = 0, rows, seed, resources = rows, faults = [] } = options;
  const dataset = createDataset(rows, seed);
  const requests: SeenRequest[] = [];
  const hits = new Map<Fault, number>();
  const authorize = authorizer(options);

  function answer(request: SeenRequest): Answer {
    try {
      authorize(request);
      return { status: 200, body: JSON.stringify(route(request)) };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return errorAnswer(error.status, error.message);
    }
  }

  function route(request: SeenRequest): JsonObject {
    const id = /^\/api\/dataset\/execute\/([^/]+)$/.exec(request.path)?.[1];
    if (id !== undefined) return executeDataset(request, decodeURIComponent(id));
    if (request.path === '/v1/resource') return listResources(request);
    throw new ApiError(404, `There is nothing at ${request.path}.`);
  }

  function executeDataset(request: SeenRequest, id: string): JsonObject {
    requireMethod(request, 'POST');
    if (id === FORBIDDEN_DATASET_ID) throw new ApiError(403, `You may not read the dataset ${id}.`);
    if (id !== DATASET_ID) throw new ApiError(404, `There is no dataset ${id}.`);
    const { clauses, offset, limit } = readQuery(request);
    return { data: dataset.select(timeRange(clauses), offset, limit) };
  }

  function listResources({ method, path, query }: SeenRequest): JsonObject {
    requireMethod({ method, path }, 'GET');
    const limit = wholeNumber(query['limit'] ?? '500', 'limit', 1);
    const newest = query['before'] === undefined ? resources : wholeNumber(query['before'], 'before', 0) - 1;
    const count = Math.max(0, Math.min(limit, newest));
    return { data: Array.from({ length: count }, (_, index) => resource(newest - index, seed)), has_more: newest > count };
  }

  function dueFault({ path, body }: SeenRequest): Fault | undefined {
    return faults.find((fault) => {
      if (!path.includes(fault.path ?? '') || !body.includes(fault.asks ?? '')) return false;
      const hit = (hits.get(fault) ?? 0) + 1;
      hits.set(fault, hit);
      const first = fault.at ?? 1;
      return hit >= first && hit < first + (fault.times ?? 1);
    });
  }

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await readRequest(message);
    requests.push(request);
    const fault = dueFault(request);
    if (fault?.delay !== undefined) await new Promise((resolve) => setTimeout(resolve, fault.delay));
    if (fault?.break === 'before') {
      message.socket.destroy();
      return;
    }
    const { status, body, headers } = (fault && faultAnswer(fault)) ?? answer(request);
    const bytes = Buffer.from(body);
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length, ...headers });
    if (fault?.break === 'within') {
      response.write(bytes.subarray(0, bytes.length >> 1), () => message.socket.destroy());
      return;
    }
    request.status = status;
    response.end(bytes);
  }

  const server = createServer((message, response) => {
    serve(message, response).catch((error: unknown) => response.destroy(error as Error));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    row: dataset.row,
    addRows: dataset.addRows,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function authorizer(options: AnalyticsApiOptions): (request: SeenRequest) => void {
  const { accessToken = 'analytics-token', apiKey = 'analytics-key', apiKeyHeader = 'api_key' } = options;
  const keyHeader = apiKeyHeader.toLowerCase();
  return ({ headers }) => {
    const authorization = headers['authorization'];
    const key = headers[keyHeader];
    if (authorization === undefined && key === undefined) {
      throw new ApiError(401, `Send a bearer token, or an API key in the header ${apiKeyHeader}.`);
    }
    if (authorization !== undefined && authorization !== `Bearer ${accessToken}`) throw new ApiError(401, 'The access token is not valid.');
    if (key !== undefined && key !== apiKey) throw new ApiError(401, 'The API key is not valid.');
  };
}

function requireMethod({ method, path }: { method: string; path: string }, allowed: string): void {
  if (method !== allowed) throw new ApiError(405, `${path} takes ${allowed}, not ${method}.`);
}

function errorAnswer(status: number, message: string): Answer {
  return { status, body: JSON.stringify({ status, message }) };
}

function faultAnswer({ status, headers, body, retryAfter }: Fault): Answer | undefined {
  if (status === undefined) return undefined;
  const wait: Record<string, string> = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  const answer = errorAnswer(status, status === 429 ? 'Too many requests.' : `The API is out of order (${status}).`);
  return { status, body: body ?? answer.body, headers: { ...wait, ...headers } };
}

async function readRequest(message: IncomingMessage): Promise<SeenRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  const url = new URL(message.url ?? '/', 'http://127.0.0.1');
  return {
    method: message.method ?? '',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: Object.fromEntries(Object.entries(message.headers).map(([name, value]) => [name, String(value)])),
    body: Buffer.concat(chunks).toString(),
    status: 0,
  };
}

/** The clauses of a dataset request, with offset and limit from the query or from the body, where the clauses are then under `query`. */
function readQuery(request: SeenRequest): { clauses: Json[]; offset: number; limit: number } {
  const body = readBody(request.body);
  const place: Readonly<Record<string, unknown>> = isPlainObject(body) ? body : request.query;
  const clauses = isPlainObject(body) ? body['query'] : body;
  if (!Array.isArray(clauses)) throw new ApiError(400, 'The body must be a list of clauses, or an object with such a list under "query".');
  return {
    clauses,
    offset: wholeNumber(String(place['offset'] ?? 0), 'offset', 0),
    limit: wholeNumber(String(place['limit'] ?? MOST_ROWS_A_PAGE), 'limit', 1, MOST_ROWS_A_PAGE),
  };
}

function readBody(text: string): Json {
  try {
    return parseJson(text);
  } catch {
    throw new ApiError(400, 'The body is not JSON.');
  }
}

function wholeNumber(text: string, name: string, least: number, most = Number.MAX_SAFE_INTEGER): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new ApiError(400, `"${name}" must be a whole number from ${least} to ${most}, not ${JSON.stringify(text)}.`);
}

interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** What all timestamp clauses together let through; both ends included. */
function timeRange(clauses: readonly Json[]): TimeRange {
  let from = Number.NEGATIVE_INFINITY;
  let to = Number.POSITIVE_INFINITY;
  for (const entry of clauses) {
    const clause = isPlainObject(entry) ? entry['clause'] : undefined;
    if (!isPlainObject(clause) || clause['type'] !== 'timestamp' || clause['operator'] !== BETWEEN) {
      throw new ApiError(400, `Each clause must be of type "timestamp" with the operator ${BETWEEN}.`);
    }
    const [first, second] = parametersOf(clause);
    from = Math.max(from, first);
    to = Math.min(to, second);
  }
  return { from, to };
}

function parametersOf(clause: JsonObject): [number, number] {
  const parameters = clause['parameters'];
  const values = Array.isArray(parameters)
    ? parameters.map((parameter) => (isPlainObject(parameter) ? parameter['value'] : undefined))
    : [];
  const [first, second] = values;
  if (values.length !== 2 || typeof first !== 'number' || typeof second !== 'number') {
    throw new ApiError(400, 'A timestamp clause takes two parameters, each with a number of milliseconds as its "value".');
  }
  return [first, second];
}

interface Dataset {
  row(index: number): JsonObject;
  addRows(count: number): void;
  select(range: TimeRange, offset: number, limit: number): JsonObject[];
}

/** Rows made on demand, their timestamps ascending. */
function createDataset(rows: number, seed: number): Dataset {
  const step = Math.max(1, Math.floor(YEAR / Math.max(1, rows)));
  let count = rows;

  function timestamp(index: number): number {
    return START + index * step + (scramble(seed, index, 1) % step);
  }

  /** The first row that is not older than a time. */
  function firstFrom(time: number): number {
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (timestamp(middle) < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  function row(index: number): JsonObject {
    const id = index % NULL_ID_EVERY === NULL_ID_EVERY - 1 ? null : identifier(seed, index);
    return { id, thing: thing(scramble(seed, index, 2)), timestamp: timestamp(index) };
  }

  return {
    row,
    addRows(more) {
      count += more;
    },
    select({ from, to }, offset, limit) {
      const first = firstFrom(from) + offset;
      const end = Math.min(firstFrom(to + 1), first + limit);
      return Array.from({ length: Math.max(0, end - first) }, (_, index) => row(first + index));
    },
  };
}

/** A record of about 1 kB with nested parts, texts that need escaping and letters beyond ASCII. */
function resource(id: number, seed: number): JsonObject {
  const luck = scramble(seed, id, 3);
  const uid = identifier(seed, id);
  const created = START + id * 1000;
  return {
    id,
    uid,
    object: 'resource',
    created_at: new Date(created).toISOString(),
    updated_at: new Date(created + (luck % DAY)).toISOString(),
    name: `Resource ${id} of ${thing(luck)}`,
    email: `user${luck % 5000}@example.com`,
    status: ['active', 'paused', 'archived'][luck % 3] as string,
    amount: (luck % 1_000_000) / 100,
    currency: 'EUR',
    quantity: luck % 40,
    is_test: luck % 11 === 0,
    parent_id: luck % 5 === 0 ? id + 7 : null,
    score: (luck % 9973) / 9973,
    description: `Batch "${id % 31}", part ${luck % 100}.\nA second line with\ttabs, a \\ and brackets }]{[ that mean nothing. `.repeat(2),
    tags: ['alpha', `tag-${luck % 50}`],
    address: {
      line1: `Straße ${luck % 300}`,
      line2: null,
      city: 'Wien',
      country: 'AT',
      geo: { lat: 48.2 + (luck % 1000) / 1e4, lng: 16.3 },
    },
    customer: { id: `customer-${luck % 5000}`, metadata: { plan: luck % 2 === 0 ? 'free' : 'pro', seats: luck % 100 } },
    items: [
      { sku: `SKU-${luck % 700}`, quantity: 1 + (luck % 9), price: 9.99 },
      { sku: `SKU-${luck % 701}`, quantity: 2, price: 19.5 },
    ],
    metadata: { source: 'import', batch: String(id % 31), checked: true },
    url: `https://example.com/resources/${uid}`,
  };
}

function thing(luck: number): string {
  const name = `Machine ${luck % 97}, line ${luck % 7}`;
  return luck % 16 === 0 ? `${name} – Süd 機械` : name;
}

function identifier(seed: number, index: number): string {
  const parts = [4, 5, 6, 7].map((salt) => scramble(seed, index, salt).toString(16).padStart(8, '0')).join('');
  return parts.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** A number below 2^32 that looks random and is the same for the same arguments. */
function scramble(seed: number, index: number, salt: number): number {
  let bits = Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca77) ^ Math.imul(salt, 0xc2b2ae3d);
  bits = Math.imul(bits ^ (bits >>> 15), 0x2c1b3c6d);
  bits = Math.imul(bits ^ (bits >>> 13), 0x297a2d39);
  return (bits ^ (bits >>> 16)) >>> 0;
}

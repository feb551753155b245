import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AllowedHosts } from './allowed-hosts.ts';
import { type ByteBudget, type ByteShare, createByteBudget } from './byte-budget.ts';
import { isOperation } from './job.ts';
import { isValidToken } from './json-web-token.ts';
import { JobFailure, type JobProblem, type ProcessPool } from './process-pool.ts';
import { checkBody, type Operation } from './request-body.ts';

/** What the server is made of. */
export interface ManifestServerOptions {
  readonly pool: ProcessPool;
  /** The secret that bearer tokens must be signed with; undefined lets everybody in. */
  readonly secret: string | undefined;
  /** Whether manifests may bring code along, as the capabilities tell. */
  readonly allowsCode: boolean;
  readonly hosts: AllowedHosts;
  /** The most bytes of a body; those of all requests under way together may be a few times as many. */
  readonly maxBytes: number;
  readonly maxConnections: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Gets one line a request. */
  readonly log: (line: string) => void;
}

/** What a request is answered with, JSON apart from redirects. */
interface Reply {
  readonly status: number;
  readonly body?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /** What the log tells beside the status. */
  readonly note?: string;
}

interface Route {
  readonly method: 'GET' | 'POST';
  answer(request: IncomingMessage, signal: AbortSignal): Reply | Promise<Reply>;
}

const MANIFEST_PATH = '/v1/manifest/';
const PROBLEM_STATUS: Readonly<Record<JobProblem, number>> = { busy: 503, timeout: 504, aborted: 499, memory: 400, crashed: 500 };
/** Bodies of the largest size that may be held at a time. */
const LARGEST_BODIES = 4;
/** Milliseconds that a client has to send its request. */
const RECEIVE_TIMEOUT = 60_000;

/** The HTTP API of Airbyte's manifest server; not listening yet. */
// parity: manifest_server/app.py, manifest_server/routers
export function createManifestServer(options: ManifestServerOptions): Server {
  const held = createByteBudget(options.maxBytes * LARGEST_BODIES);
  const server = createServer({ requestTimeout: RECEIVE_TIMEOUT, headersTimeout: RECEIVE_TIMEOUT }, (request, response) => {
    void respond({ ...options, held }, request, response, () => server.listening);
  });
  server.maxConnections = options.maxConnections;
  return server;
}

interface Serving extends ManifestServerOptions {
  /** The bytes of bodies that are held. */
  readonly held: ByteBudget;
}

async function respond(options: Serving, request: IncomingMessage, response: ServerResponse, isOpen: () => boolean): Promise<void> {
  const began = options.now();
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const reply = await replyTo(options, request, gone.signal).catch((error: unknown) =>
    gone.signal.aborted ? detail(PROBLEM_STATUS.aborted, 'The client has gone.') : failureReply(error, options.log),
  );
  const body = typeof reply.body === 'string' ? Buffer.from(reply.body) : (reply.body ?? new Uint8Array());
  response.writeHead(reply.status, {
    ...(body.length === 0 ? {} : { 'Content-Type': 'application/json' }),
    'Content-Length': body.length,
    ...(request.complete && isOpen() ? {} : { Connection: 'close' }),
    ...reply.headers,
  });
  response.end(request.method === 'HEAD' ? undefined : body);
  const note = reply.note === undefined || reply.note === '' ? '' : ` (${reply.note})`;
  options.log(`${request.method ?? ''} ${pathOf(request)} ${reply.status} in ${options.now() - began} ms${note}`);
}

async function replyTo(options: Serving, request: IncomingMessage, signal: AbortSignal): Promise<Reply> {
  const foreign = options.hosts.refusal(request.headers);
  if (foreign !== undefined) return detail(403, foreign);
  const path = pathOf(request);
  const route = routeOf(options, path);
  if (route === undefined) {
    const other = path.endsWith('/') ? path.slice(0, -1) : `${path}/`;
    if (routeOf(options, other) === undefined) return detail(404, 'Not Found');
    return { status: 307, headers: { Location: other + (request.url ?? '').slice(path.length) } };
  }
  if (request.method !== route.method) return { ...detail(405, 'Method Not Allowed'), headers: { Allow: route.method } };
  return route.answer(request, signal);
}

function pathOf(request: IncomingMessage): string {
  const target = request.url ?? '/';
  const end = target.search(/[?#]/);
  return end < 0 ? target : target.slice(0, end);
}

function routeOf(options: Serving, path: string): Route | undefined {
  if (path === '/health/') return { method: 'GET', answer: () => json(200, { status: 'ok' }) };
  if (path === '/capabilities/') return { method: 'GET', answer: () => json(200, { custom_code_execution: options.allowsCode }) };
  const operation = path.startsWith(MANIFEST_PATH) ? path.slice(MANIFEST_PATH.length) : '';
  if (!isOperation(operation)) return undefined;
  return { method: 'POST', answer: (request, signal) => answerOperation(options, operation, request, signal) };
}

async function answerOperation(
  { pool, secret, now, maxBytes, held }: Serving,
  operation: Operation,
  request: IncomingMessage,
  signal: AbortSignal,
): Promise<Reply> {
  const refused = secret === undefined ? undefined : refusal(request, secret, now());
  if (refused !== undefined) return { ...detail(401, refused), headers: { 'WWW-Authenticate': 'Bearer' } };
  const share = held.share();
  try {
    const body = await readBody(request, maxBytes, share);
    if (body === undefined) return detail(413, `The body is larger than ${maxBytes} bytes.`);
    return await answerBody(operation, request, body, pool, signal);
  } finally {
    share.release();
  }
}

async function answerBody(
  operation: Operation,
  request: IncomingMessage,
  body: Uint8Array,
  pool: ProcessPool,
  signal: AbortSignal,
): Promise<Reply> {
  // A browser sends anything else than JSON to any server without asking first.
  if (body.length > 0 && !isJson(request.headers['content-type'])) {
    const checked = checkBody(operation, '');
    return json(422, { detail: 'problems' in checked ? checked.problems : [] });
  }
  const { status, body: answer, tags } = await pool.run({ operation, body }, signal);
  return { status, body: answer, note: tags };
}

/** Why a request may not be answered; undefined when its token is good. */
function refusal({ headers }: IncomingMessage, secret: string, now: number): string | undefined {
  const token = /^bearer +(\S.*)$/i.exec(headers.authorization ?? '')?.[1];
  if (token === undefined) return 'Bearer token required';
  return isValidToken(token, secret, now / 1000) ? undefined : 'Invalid token';
}

function isJson(contentType: string | undefined): boolean {
  return /^application\/(?:json|[\w.-]+\+json)\s*(?:;|$)/i.test(contentType ?? '');
}

/** The whole body; undefined when it is too large, and then it is not read to its end. Throws JobFailure when too much is held already. */
async function readBody(request: IncomingMessage, maxBytes: number, share: ByteShare): Promise<Uint8Array | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return undefined;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) return undefined;
    if (!share.take(chunk.length)) throw new JobFailure('busy', 'The server has too many large requests to answer: try again later.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function json(status: number, body: unknown): Reply {
  return { status, body: JSON.stringify(body) };
}

function detail(status: number, message: string): Reply {
  return json(status, { detail: message });
}

function failureReply(error: unknown, log: (line: string) => void): Reply {
  if (error instanceof JobFailure) return detail(PROBLEM_STATUS[error.problem], error.message);
  log(`ERROR ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return detail(500, 'Internal Server Error');
}

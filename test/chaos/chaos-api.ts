import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRandom } from '../random.ts';
import type { Canaries } from './canaries.ts';
import { FAULT_KINDS, FAULTS, type FaultKind, isFatal } from './faults.ts';
import type { Plan } from './plan.ts';
import type { Answer } from './streams.ts';
import { createTokenEndpoint, type TokenEndpoint } from './token-endpoint.ts';

/** The API of one seed. */
export interface ChaosApi {
  readonly url: string;
  readonly tokens: TokenEndpoint;
  /** How often each fault was played. */
  readonly faults: ReadonlyMap<FaultKind, number>;
  /** Begins a run: what goes wrong in it does not depend on the runs before. */
  beginRun(options: RunOptions): void;
  /** Faults of this run that end a stream. */
  readonly fatal: number;
  close(): Promise<void>;
}

/** What a run meets. */
export interface RunOptions {
  readonly number: number;
  /** Whether there are faults at all, and whether such that end a stream. */
  readonly hasFaults: boolean;
  readonly hasFatalFaults: boolean;
  /** Told how many requests the API has seen in this run, when one has arrived and is not answered. */
  onRequest(count: number): void;
}

/** Faults in a row that one request may meet, so that asking again helps in the end. */
const MOST_IN_A_ROW = 3;
/** Stalls take as long as the connector waits, so a run has few. */
const MOST_STALLS = 3;

/** Starts the API of a plan on the loopback address; what goes wrong depends on the seed, the run and each request alone, not on their order. */
export async function startChaosApi(plan: Plan, canaries: Canaries): Promise<ChaosApi> {
  const faults = new Map<FaultKind, number>();
  const before = new Map<string, number>();
  const inARow = new Map<string, number>();
  const tokens = createTokenEndpoint(plan.seed, canaries);
  let [fatal, stalls, requests] = [0, 0, 0];
  let run: RunOptions = { number: 0, hasFaults: false, hasFatalFaults: false, onRequest() {} };
  let url = '';

  function chooseFault(key: string, count: number, isToken: boolean): FaultKind | undefined {
    const random = createRandom(plan.seed, 'fault', run.number, key, count);
    const row = inARow.get(key) ?? 0;
    inARow.set(key, 0);
    if (!run.hasFaults || !random.chance(plan.faultRate) || row >= MOST_IN_A_ROW) return undefined;
    const kind = random.pick(FAULT_KINDS);
    if (kind.startsWith('stall')) {
      if (stalls >= MOST_STALLS) return undefined;
      stalls += 1;
    }
    if (isFatal(kind)) {
      if (isToken || !run.hasFatalFaults) return undefined;
      fatal += 1;
    }
    inARow.set(key, row + 1);
    faults.set(kind, (faults.get(kind) ?? 0) + 1);
    return kind;
  }

  function authorize(message: IncomingMessage, query: Readonly<Record<string, string>>): Answer | undefined {
    const { authorization } = message.headers;
    if (plan.auth === 'query') return query['api_key'] === canaries.apiKey ? undefined : refusal('The API key is not valid.');
    const token = authorization?.replace(/^Bearer /, '');
    if (plan.auth === 'bearer') return token === canaries.accessToken ? undefined : refusal(`The token ${token} is not valid.`);
    return tokens.use(token) ? undefined : refusal(`The token ${token} has expired.`);
  }

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    requests += 1;
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk as Buffer);
    const { pathname, searchParams } = new URL(message.url ?? '/', 'http://api');
    const query = Object.fromEntries(searchParams);
    const stream = plan.streams.find(({ name }) => pathname === `/${name}`);
    const key = `${pathname}?${[...searchParams].filter(([name]) => name !== 'api_key').join('&')}`;
    const count = before.get(key) ?? 0;
    before.set(key, count + 1);
    run.onRequest(requests);
    const isToken = pathname === '/oauth/token';
    const answer = isToken
      ? await tokens.grant(Buffer.concat(chunks).toString())
      : (authorize(message, query) ?? stream?.sort.answer(stream, { query, url, before: count }) ?? refusal('There is nothing here.', 404));
    const kind = answer.status === 200 ? chooseFault(key, count, isToken) : undefined;
    if (kind !== undefined) await FAULTS[kind].play({ answer, response, random: createRandom(plan.seed, 'play', run.number, key, count) });
    else response.writeHead(answer.status, { ...answer.headers, 'content-length': answer.body.length }).end(answer.body);
  }

  const server = createServer((message, response) => {
    serve(message, response).catch((error: unknown) => response.destroy(error as Error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    tokens,
    faults,
    get fatal() {
      return fatal;
    },
    beginRun(options) {
      run = options;
      [fatal, stalls, requests] = [0, 0, 0];
      before.clear();
      inARow.clear();
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function refusal(message: string, status = 401): Answer {
  return { status, headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify({ error: { message } })) };
}

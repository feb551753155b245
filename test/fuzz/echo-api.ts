import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { formsOf } from '../leaks.ts';
import { createRandom, type Random } from '../random.ts';

/** An API that repeats what it is asked, secrets and all, in every way that its errors may do so. */
export interface EchoApi {
  readonly url: string;
  /** The session that its cookies hold. */
  readonly session: string;
  close(): Promise<void>;
}

export interface EchoOptions {
  /** What a token endpoint answers; undefined for other requests. */
  readonly token?: (path: string) => object | undefined;
  /** How many of the requests get records, out of 1. */
  readonly calm: number;
}

/** Starts it on the loopback address; it also answers as a proxy. What a request gets depends on the seed and on its number. */
export async function startEchoApi(seed: number, { token, calm }: EchoOptions): Promise<EchoApi> {
  const session = createRandom(seed, 'session').between(1e12, 9e12).toString(36).repeat(3);
  let count = 0;

  async function serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk as Buffer);
    const random = createRandom(seed, 'echo', count);
    count += 1;
    const granted = token?.(message.url ?? '');
    if (granted !== undefined && random.chance(0.8))
      return void response.setHeader('content-type', 'application/json').end(JSON.stringify(granted));
    if (random.chance(0.3)) response.setHeader('set-cookie', `session=${session}; Path=/`);
    if (random.chance(calm)) return answer(response, 200, JSON.stringify({ data: [{ id: count, at: '2026-01-02' }] }));
    const said = `${message.method} ${message.url}\n${message.rawHeaders.join('\n')}\n${Buffer.concat(chunks)}`;
    echo(response, message.socket, said, random);
  }

  const server = createServer((message, response) => {
    serve(message, response).catch((error: unknown) => response.destroy(error as Error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    session,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function answer(response: ServerResponse, status: number, body: string | Buffer, type = 'application/json'): void {
  response.writeHead(status, { 'content-type': type }).end(body);
}

/** What a terminal would obey. */
const CONTROLS = '\u001b[2J\u001b]0;title\u0007\u009b31m\u202e\r\u007f';

const STATUSES = [200, 200, 400, 401, 403, 404, 422, 429, 500, 503];

function echo(response: ServerResponse, socket: Socket, said: string, random: Random): void {
  const status = random.pick(STATUSES);
  const json = (value: unknown): void => answer(response, status, JSON.stringify(value));
  const escaped = said.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
  random.pick([
    () => json({ error: { message: said } }),
    () => json({ message: `The request was ${encodeURIComponent(said)}` }),
    () => json({ errors: [{ detail: JSON.stringify({ request: said }) }] }),
    () => json({ [said]: said, error: said.split('\n') }),
    () => json({ data: `"${said}"` }),
    () => answer(response, status, `<html><body>${escaped}</body></html>`, 'text/html'),
    () => answer(response, status, said, 'text/plain'),
    () => answer(response, status, `{"data": [{"id": 1}, {"request": ${JSON.stringify(said)}`),
    // Where the text is cut to be shown, a secret may be cut in two.
    () => answer(response, status, `${'x'.repeat(random.pick([80, 480, 1980]) - random.between(0, 60))}${said}`, 'text/plain'),
    () => json({ message: Buffer.from(said).toString('base64') }),
    () => json({ message: random.pick(formsOf(said)) }),
    () => json({ message: random.pick(formsOf(random.pick(formsOf(said)))) }),
    () => answer(response, status, random.pick(formsOf(said)), 'text/plain'),
    () => answer(response, status, quotedPrintable(said), 'text/plain'),
    () => json({ message: `${CONTROLS}${said}` }),
    () => answer(response, status, `${CONTROLS}${said}`, 'text/plain'),
    () => void response.writeHead(302, { location: `http://user:${encodeURIComponent(said).slice(0, 900)}@127.0.0.1:1/` }).end(),
    () => void response.writeHead(302, { location: `http://127.0.0.1:1/?from=${encodeURIComponent(said)}` }).end(),
    () => void response.writeHead(status, said.replace(/[^ -~]/g, ' ')).end('no'),
    () => void response.writeHead(status, { 'x-request': Buffer.from(said).toString('base64'), 'set-cookie': 'other=12345678' }).end(''),
    () => void socket.resetAndDestroy(),
  ])();
}

/** A text as e-mails write it, in lines that are broken. */
function quotedPrintable(text: string): string {
  const written = [...Buffer.from(text)].map((byte) =>
    byte > 0x20 && byte < 0x7f && byte !== 0x3d ? String.fromCharCode(byte) : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`,
  );
  return written.join('').replace(/(.{70})/g, '$1=\r\n');
}

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { createTransport, type Transport, type TransportOptions } from '../transport.ts';
import { TEST_CERTIFICATE, TEST_KEY } from './certificate.ts';

/** A server on a loopback port; it ends with the test. */
export interface LocalServer {
  url: string;
  port: number;
  /** How many connections were made to it. */
  connections: () => number;
}

/** Answers a request; what it throws because the client has gone while the request was read is no failure. */
export type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

/** Serves HTTP by a listener. */
export function serveHttp(listener: Listener): Promise<LocalServer> {
  return listen(createServer(lenient(listener)), 'http');
}

/** Serves HTTPS by a listener, with TEST_CERTIFICATE. */
export function serveHttps(listener: Listener): Promise<LocalServer> {
  return listen(createTlsServer({ key: TEST_KEY, cert: TEST_CERTIFICATE }, lenient(listener)), 'https');
}

function lenient(listener: Listener): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    try {
      await listener(request, response);
    } catch (error) {
      if (error !== request.errored) throw error;
    }
  };
}

/** A proxy whose every tunnel ends at one local server, whatever host is asked for; `tunnels` are those that were asked for. */
export async function serveTunnels(target: LocalServer): Promise<LocalServer & { readonly tunnels: string[] }> {
  const tunnels: string[] = [];
  const server = createServer();
  server.on('connect', (request, socket: Socket) => {
    tunnels.push(request.url ?? '');
    const inner = connect(target.port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      inner.pipe(socket).pipe(inner);
    });
    for (const side of [inner, socket]) {
      side.on('error', () => {
        inner.destroy();
        socket.destroy();
      });
    }
  });
  return { ...(await listen(server, 'http')), tunnels };
}

/** Serves raw TCP: the handler gets each request's head (and what came with it) and writes what it likes. */
export function serveRaw(handler: (socket: Socket, head: string) => void): Promise<LocalServer> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.on('data', (data) => handler(socket, data.toString('latin1')));
  });
  return listen(server, 'http');
}

/** A transport that ends with the test and sees no environment but what is given. */
export function testTransport(options: Partial<TransportOptions> = {}): Transport {
  const transport = createTransport({ connections: 4, env: {}, ...options });
  onTestFinished(() => transport.close());
  return transport;
}

async function listen(server: Server, scheme: string): Promise<LocalServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { url: `${scheme}://127.0.0.1:${port}`, port, connections: () => connections };
}

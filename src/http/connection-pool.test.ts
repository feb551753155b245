import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { HttpRequest } from './request.ts';
import { serveRaw, testTransport } from './testing/local-server.ts';
import type { Send } from './transport.ts';

/** Answers each request with its path, when it is told to; a path that begins with /cut gets half an answer. */
async function serveInTurn() {
  const connections = new Set<Socket>();
  const asked: { readonly path: string; answer(): void }[] = [];
  const server = await serveRaw((socket, head) => {
    connections.add(socket);
    const path = head.split(' ')[1] ?? '';
    asked.push({
      path,
      answer() {
        if (path.startsWith('/cut')) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\nhalf');
        else socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${path.length}\r\n\r\n${path}`);
      },
    });
  });
  const until = async (count: number): Promise<void> => {
    while (asked.length < count) await new Promise((resolve) => setImmediate(resolve));
  };
  return { url: server.url, connections, asked, until };
}

function asks(send: Send, url: string): (path: string) => Promise<string> {
  return async (path) => {
    const request: HttpRequest = { method: 'GET', url: `${url}${path}`, headers: {}, body: null };
    const response = await send(request);
    await response.load();
    return response.text;
  };
}

describe('connections', () => {
  it('are taken again as soon as their response has ended, so that there are no more than requests at a time', async () => {
    const { url, connections, asked, until } = await serveInTurn();
    const ask = asks(testTransport({ connections: 100 }).send, url);
    const texts: string[] = [];
    const worker = async (name: string): Promise<void> => {
      for (let page = 0; page < 20; page += 1) texts.push(await ask(`/${name}/${page}`));
    };
    const workers = Promise.all(['a', 'b', 'c', 'd'].map(worker));
    for (let count = 0; count < 80; count += 1) {
      await until(count + 1);
      asked[count]?.answer();
    }
    await workers;
    expect(new Set(texts).size).toBe(80);
    expect(connections.size).toBe(4);
  });

  it('are no more than allowed: further requests wait in turn, also behind one that fails', async () => {
    const { url, connections, asked, until } = await serveInTurn();
    const ask = asks(testTransport({ connections: 1 }).send, url);
    const answers = ['/first', '/cut', '/third', '/fourth'].map((path) => ask(path).catch((error: Error) => error.constructor.name));
    for (let count = 0; count < 4; count += 1) {
      await until(count + 1);
      expect(asked).toHaveLength(count + 1);
      asked[count]?.answer();
    }
    expect(await Promise.all(answers)).toEqual(['/first', 'TransportError', '/third', '/fourth']);
    expect(asked.map(({ path }) => path)).toEqual(['/first', '/cut', '/third', '/fourth']);
    expect(connections.size).toBe(2);
  });
});

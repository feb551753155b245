import { describe, expect, it } from 'vitest';
import { withoutRepeatedLengths } from './forgiving-parser.ts';
import { serveRaw, testTransport } from './testing/local-server.ts';

const BODY = '{"a":1}';

/** What comes of an answer that is sent in these parts, one after the other. */
async function answered(...parts: string[]): Promise<string> {
  const server = await serveRaw((socket) => {
    const send = (left: readonly string[]): void => {
      const [part, ...rest] = left;
      if (part !== undefined) socket.write(part, () => setImmediate(send, rest));
    };
    send(parts);
  });
  const { send } = testTransport();
  try {
    const response = await send({ method: 'GET', url: server.url, headers: {}, body: null });
    await response.load();
    return response.text;
  } catch (error) {
    return (error as Error).message;
  }
}

describe('a response', () => {
  it.each([
    ['after a 100 Continue', [`HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n${BODY}`]],
    ['after two of them, on their own', ['HTTP/1.1 100 Continue\r\n\r\n'.repeat(2), `HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n${BODY}`]],
    ['with its length twice', [`HTTP/1.1 200 OK\r\nContent-Length: 7\r\nX: y\r\ncontent-length: 7\r\n\r\n${BODY}`]],
    ['with its length twice in one header', [`HTTP/1.1 200 OK\r\nContent-Length: 7, 7\r\n\r\n${BODY}`]],
    ['with its length in two parts of its head', ['HTTP/1.1 200 OK\r\nContent-Length: 7\r\nX: y', `\r\nContent-Length: 7\r\n\r\n${BODY}`]],
    ['with its length twice in capitals', [`HTTP/1.1 200 OK\r\nCONTENT-LENGTH: 7\r\nCONTENT-LENGTH: 7\r\n\r\n${BODY}`]],
    ['with both', [`HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 7\r\nContent-Length: 7\r\n\r\n${BODY}`]],
  ])('is read %s', async (_name, parts) => expect(await answered(...parts)).toBe(BODY));

  it('is refused with two lengths that differ', async () => {
    expect(await answered(`HTTP/1.1 200 OK\r\nContent-Length: 7\r\nContent-Length: 5\r\n\r\n${BODY}`)).toContain('broke off');
  });
});

describe('withoutRepeatedLengths', () => {
  it('leaves bytes alone that need no change', () => {
    const bytes = Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n\r\nContent-Length: 7\r\nContent-Length: 7`);
    expect(withoutRepeatedLengths(bytes)).toBe(bytes);
  });

  it('keeps the bytes of the body', () => {
    const body = Buffer.from([0, 255, 13, 10, 128]);
    const bytes = Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n'), body]);
    expect(withoutRepeatedLengths(bytes)).toEqual(Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n'), body]));
  });
});

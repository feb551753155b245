import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { TransportError } from './errors.ts';
import type { Exchange } from './exchange-log.ts';
import { followRedirects } from './redirects.ts';
import type { HttpRequest } from './request.ts';
import type { HttpResponse } from './response.ts';
import { TEST_CERTIFICATE } from './testing/certificate.ts';
import { serveHttp, serveHttps, serveRaw, testTransport } from './testing/local-server.ts';
import type { Send, TransportOptions } from './transport.ts';

function get(url: string, headers: Record<string, string> = {}): HttpRequest {
  return { method: 'GET', url, headers, body: null };
}

async function failure(promise: Promise<unknown>): Promise<TransportError> {
  return promise.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: TransportError) => error,
  );
}

const load = async (response: HttpResponse): Promise<unknown> => response.load();

async function readAll(response: HttpResponse): Promise<unknown> {
  let text = '';
  for await (const chunk of response.chunks()) text += Buffer.from(chunk).toString();
  return text;
}

describe('requests', () => {
  it('sends method, path, headers and body as they stand, and fills in the usual headers', async () => {
    const server = await serveHttp((request, response) => {
      let body = '';
      request
        .on('data', (chunk) => (body += chunk))
        .on('end', () => response.end(JSON.stringify([request.method, request.url, request.rawHeaders, body])));
    });
    const response = await testTransport().send({
      method: 'POST',
      url: `${server.url}/a%2Fb?x=%41&y#f`,
      headers: { 'X-Key': 'Ü', connection: 'close' },
      body: 'é',
    });
    await response.load();
    const [method, path, headers, body] = response.json as [string, string, string[], string];
    expect([method, path, body]).toEqual(['POST', '/a%2Fb?x=%41&y', 'é']);
    const lower = headers.map((text, index) => (index % 2 ? text : text.toLowerCase()));
    expect(lower).toEqual(
      expect.arrayContaining(['x-key', 'Ü', 'user-agent', 'source-declarative', 'accept', '*/*', 'content-length', '2', 'keep-alive']),
    );
  });

  it('sends bodies with GET and keeps the connection', async () => {
    const server = await serveHttp((request, response) => {
      request.pipe(response);
    });
    const { send } = testTransport({ connections: 1 });
    for (let i = 0; i < 3; i++) {
      const response = await send({ ...get(server.url), body: `b${i}` });
      await response.load();
      expect(response.text).toBe(`b${i}`);
    }
    expect(server.connections()).toBe(1);
  });

  it('uses no more connections than allowed, and uses them again', async () => {
    const waiting: ServerResponse[] = [];
    let most = 0;
    const server = await serveHttp((_request, response) => {
      most = Math.max(most, waiting.push(response));
      if (waiting.length === 3) for (const held of waiting.splice(0)) held.end('x');
    });
    const { send } = testTransport({ connections: 3 });
    await Promise.all(Array.from({ length: 30 }, async () => (await send(get(server.url))).load()));
    expect(most).toBe(3);
    expect(server.connections()).toBe(3);
  });

  it('gives a connection back when a body is given up', async () => {
    const server = await serveHttp((request, response) => response.end(request.url === '/big' ? 'x'.repeat(5_000_000) : 'small'));
    const { send } = testTransport({ connections: 1 });
    for (const path of ['/small', '/big', '/small']) (await send(get(server.url + path))).discard();
    const response = await send(get(server.url));
    await response.load();
    expect(response.text).toBe('small');
  });

  it('tells the observer start, end and failure', async () => {
    const server = await serveHttp((request, response) => (request.url === '/cut' ? request.socket.destroy() : response.end('12345')));
    const seen: [string, Exchange][] = [];
    const note = (event: string) => (exchange: Exchange) => void seen.push([event, { ...exchange }]);
    const { send } = testTransport({ observer: { start: note('start'), end: note('end'), error: note('error') } });
    await (await send(get(`${server.url}/ok`), { attempt: 3 })).load();
    await failure(send(get(`${server.url}/cut`)));
    expect(seen.map(([event]) => event)).toEqual(['start', 'end', 'start', 'error']);
    expect(seen[1]?.[1]).toMatchObject({ attempt: 3, status: 200, bytes: 5, totalMs: expect.any(Number) });
    expect(seen[3]?.[1].error?.kind).toBe('reset');
  });

  it('stops when the signal aborts, before and in the middle of a body', async () => {
    const server = await serveHttp((_request, response) => void response.write('x'));
    const { send } = testTransport();
    expect(await failure(send(get(server.url), { signal: AbortSignal.abort() }))).toMatchObject({ kind: 'aborted' });
    const controller = new AbortController();
    const response = await send(get(server.url), { signal: controller.signal });
    const loading = failure(response.load());
    controller.abort();
    expect(await loading).toMatchObject({ kind: 'aborted' });
  });
});

describe('a request', () => {
  /** A transport whose time passes when it is told to. */
  function timed(options: Partial<TransportOptions>): { readonly send: Send; pass(seconds: number): void } {
    let tick: (elapsedMs: number) => void = () => {};
    const { send } = testTransport({
      ...options,
      beat: (told) => {
        tick = told;
        return () => {};
      },
    });
    return {
      send,
      pass(seconds) {
        for (let second = 0; second < seconds; second += 1) tick(1_000);
      },
    };
  }

  it('is given up when its body comes too slowly, though it is never silent', async () => {
    const server = await serveHttp((_request, response) => void response.write('x'));
    const { send, pass } = timed({ leastBytesPerSecond: 10, readTimeoutMs: 1_000 });
    const response = await send(get(server.url));
    const loading = failure(response.load());
    pass(19);
    pass(1);
    const error = await loading;
    expect(error.kind).toBe('read_timeout');
    expect(error.message).toContain('brought less than 10 bytes a second for 20 seconds');
  });

  it('is given up when it gets interim responses alone', async () => {
    const sockets: Socket[] = [];
    const server = await serveRaw((socket) => {
      sockets.push(socket);
      socket.write('HTTP/1.1 102 Processing\r\n\r\n');
    });
    const { send, pass } = timed({ leastBytesPerSecond: 10, readTimeoutMs: 1_000 });
    const asking = failure(send(get(server.url)));
    while (sockets.length === 0) await new Promise((resolve) => setImmediate(resolve));
    pass(20);
    expect((await asking).message).toContain('did not begin to answer within 20 seconds');
  });

  it('is given up when it takes too long as a whole', async () => {
    const server = await serveHttp((_request, response) => void response.write('x'));
    const { send, pass } = timed({ longestRequestMs: 60_000 });
    const loading = failure((await send(get(server.url))).load());
    pass(60);
    expect((await loading).message).toContain('took longer than 60 seconds');
  });

  it('is not charged with the time in which nobody reads its body', async () => {
    const body = 'x'.repeat(2_000_000);
    const server = await serveHttp((_request, response) => response.end(body));
    const { send, pass } = timed({ leastBytesPerSecond: 10, longestRequestMs: 60_000, readTimeoutMs: 1_000 });
    const response = await send(get(server.url));
    const chunks = response.chunks();
    await chunks.next();
    // Until so much has arrived that the connection is held back.
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    pass(1_000);
    let length = 0;
    for await (const chunk of chunks) length += chunk.length;
    expect(length).toBeGreaterThan(body.length / 2);
  });
});

describe('closing', () => {
  it('gives up what is under way', async () => {
    const server = await serveHttp((_request, response) => void response.write('x'));
    const transport = testTransport({ connections: 1 });
    const loading = failure((await transport.send(get(server.url))).load());
    const queued = failure(transport.send(get(server.url)));
    await transport.close();
    expect([(await loading).kind, (await queued).kind]).toEqual(['aborted', 'aborted']);
  });
});

describe('responses', () => {
  it('keeps header names and lines, and looks them up in any case', async () => {
    const server = await serveRaw((socket) => socket.end('HTTP/1.1 200 Fine\r\nX-One: a\r\nx-one:  b \r\nX-E: \xfc\r\n\r\nbody'));
    const response = await testTransport().send(get(server.url));
    expect(response.statusText).toBe('Fine');
    expect(response.headers.get('x-ONE')).toBe('a, b');
    expect(response.headers.getAll('x-one')).toEqual(['a', 'b']);
    expect(response.headers.toObject()['X-One']).toBe('a, b');
    expect(response.headers.has('y')).toBe(false);
    await response.load();
    expect(response.text).toBe('body');
  });

  const text = JSON.stringify(Array.from({ length: 5000 }, (_, id) => ({ id, name: `record ${id}` })));
  const codings: [string, (bytes: Buffer) => Uint8Array][] = [
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
    ['deflate, gzip', (bytes) => gzipSync(deflateSync(bytes))],
    ['none-such', (bytes) => bytes],
  ];
  it.each(codings)('decodes %s, at once and streamed', async (coding, compress) => {
    const body = compress(Buffer.from(text));
    const server = await serveHttp((_request, response) => {
      response.setHeader('content-encoding', coding);
      for (let i = 0; i < body.length; i += 1000) response.write(body.subarray(i, i + 1000));
      response.end();
    });
    const { send } = testTransport();
    const loaded = await send(get(server.url));
    await loaded.load();
    expect(loaded.text).toBe(text);
    expect(await readAll(await send(get(server.url)))).toBe(text);
  });

  it('takes five codings on top of each other and no more', async () => {
    const server = await serveHttp((request, response) => {
      const count = Number(request.url?.slice(1));
      let body: Uint8Array = Buffer.from('text');
      for (let i = 0; i < count; i += 1) body = gzipSync(body);
      response.writeHead(200, { 'Content-Encoding': Array(count).fill('gzip').join(', ') }).end(body);
    });
    const { send } = testTransport();
    const five = await send(get(`${server.url}/5`));
    await five.load();
    expect(five.text).toBe('text');
    for (const read of [load, readAll]) {
      const error = await failure(send(get(`${server.url}/6`)).then(read));
      expect([error.permanent, error.message]).toEqual([true, expect.stringContaining('has 6 content codings')]);
    }
  });

  it.each(['gzip', 'deflate', 'br', 'zstd'])('takes an empty body that claims to be %s', async (coding) => {
    const server = await serveHttp((_request, response) => response.setHeader('content-encoding', coding).end());
    const { send } = testTransport();
    expect(await (await send(get(server.url))).load()).toHaveLength(0);
    expect(await readAll(await send(get(server.url)))).toBe('');
  });

  it.each(codings.slice(0, 6))('fails for %s that breaks off, and for rubbish', async (coding, compress) => {
    const body = compress(Buffer.from(text));
    const server = await serveHttp((request, response) => {
      response.setHeader('content-encoding', coding);
      response.end(
        request.url === '/cut' ? body.subarray(0, body.length - 20) : Buffer.from('\x07{"not": "compressed at all, not a bit"}'),
      );
    });
    const { send } = testTransport();
    for (const read of [load, readAll]) {
      expect((await failure(send(get(`${server.url}/cut`)).then(read))).kind).toBe('truncated');
      expect(['undecodable', 'truncated']).toContain((await failure(send(get(`${server.url}/bad`)).then(read))).kind);
    }
  });

  it('refuses decompression bombs', async () => {
    const bomb = gzipSync(Buffer.alloc(3_000_000));
    const server = await serveHttp((_request, response) => response.setHeader('content-encoding', 'gzip').end(bomb));
    const { send } = testTransport({ bodyLimits: { ratio: 10, freeBytes: 1_000_000, heldBytes: 2_000_000 } });
    for (const read of [load, readAll]) expect((await failure(send(get(server.url)).then(read))).message).toContain('max_expansion');
  });

  it.each([undefined, 'gzip'])(
    'holds no more in memory than is allowed, and reads more than that while it arrives (packed: %s)',
    async (coding) => {
      const body = Buffer.from('x'.repeat(3000));
      const server = await serveHttp((_request, response) => {
        if (coding !== undefined) response.setHeader('content-encoding', coding);
        response.end(coding === undefined ? body : gzipSync(body));
      });
      const { send } = testTransport({ bodyLimits: { ratio: 1000, freeBytes: 10, heldBytes: 2000 } });
      expect(await failure(send(get(server.url)).then(load))).toMatchObject({
        kind: 'too_large',
        message: expect.stringContaining('max_response_bytes'),
      });
      expect(await send(get(server.url)).then(readAll)).toHaveLength(3000);
    },
  );

  it('takes long headers', async () => {
    const server = await serveHttp((_request, response) => response.setHeader('link', 'x'.repeat(60_000)).end());
    expect((await testTransport().send(get(server.url))).headers.get('Link')).toHaveLength(60_000);
  });

  it('reads a body in one way only', async () => {
    const server = await serveHttp((_request, response) => response.end('{"a": 1.0}'));
    const { send } = testTransport();
    const loaded = await send(get(server.url));
    expect(() => loaded.bytes).toThrow('not loaded');
    expect(await loaded.load()).toBe(await loaded.load());
    expect(await readAll(loaded)).toBe('{"a": 1.0}');
    expect(String((loaded.json as { a: unknown }).a)).toBe('1.0');
    const streamed = await send(get(server.url));
    await readAll(streamed);
    await expect(streamed.load()).rejects.toThrow('already streamed');
  });
});

describe('failures', () => {
  const faults: [string, string, string][] = [
    ['closed before the answer', '', 'reset'],
    ['closed in the headers', 'HTTP/1.1 200 OK\r\nContent-Le', 'reset'],
    ['no HTTP', 'SSH-2.0-OpenSSH\r\n\r\n', 'protocol'],
    ['fewer bytes than stated', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort', 'truncated'],
    ['chunks without an end', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n', 'truncated'],
    ['a broken chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n', 'truncated'],
  ];
  it.each(faults)('%s', async (_name, answer, kind) => {
    const server = await serveRaw((socket) => socket.end(answer));
    const error = await failure(
      testTransport({ redact: (text) => text.replace('s3cret', '****') })
        .send(get(`${server.url}/?key=s3cret`))
        .then((response) => response.load()),
    );
    expect(error.kind).toBe(kind);
    expect(error.message).toContain(`GET ${server.url}/?key=****`);
    expect(error.permanent).toBe(false);
  });

  it('a truncated stream fails after what arrived', async () => {
    const server = await serveRaw((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort'));
    const response = await testTransport().send(get(server.url));
    expect((await failure(readAll(response))).kind).toBe('truncated');
  });

  it('names unknown hosts, refused connections, bad headers and bad URLs', async () => {
    const server = await serveHttp((_request, response) => response.end());
    const { send } = testTransport();
    expect(await failure(send(get('http://no-such-host.invalid/')))).toMatchObject({ kind: 'dns', exceptionName: 'ConnectionError' });
    expect(await failure(send(get('http://127.0.0.1:1/')))).toMatchObject({ kind: 'refused', exceptionName: 'ConnectionError' });
    expect(await failure(send(get(server.url, { 'X-A': 'a\nb' })))).toMatchObject({ kind: 'invalid_header', permanent: true });
    expect(await failure(send(get('nonsense')))).toMatchObject({ kind: 'invalid_url', exceptionName: 'InvalidURL' });
    expect(await failure(send(get('ftp://example.com/')))).toMatchObject({ kind: 'invalid_schema', exceptionName: 'InvalidSchema' });
  });

  it('gives up on silence before the headers and in the body', async () => {
    const server = await serveRaw((socket, head) => {
      if (head.includes('/body')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc');
    });
    const { send } = testTransport({ readTimeoutMs: 20 });
    const [headers, body] = await Promise.all([
      failure(send(get(`${server.url}/headers`))),
      failure(send(get(`${server.url}/body`)).then((response) => response.load())),
    ]);
    expect(headers).toMatchObject({ kind: 'read_timeout', exceptionName: 'ReadTimeout' });
    expect(body.kind).toBe('read_timeout');
  });

  it('gives up on connections that are not made in time', async () => {
    // A guard whose look-up never answers stands for a host that does not.
    const guard = { check: async () => {}, lookup: () => {} };
    const error = await failure(testTransport({ guard, connectTimeoutMs: 20 }).send(get('http://host.example/')));
    expect(error).toMatchObject({ kind: 'connect_timeout', exceptionName: 'ConnectTimeout' });
  });
});

describe('TLS', () => {
  it('trusts the authorities of REQUESTS_CA_BUNDLE, and nobody unknown', async () => {
    const folder = mkdtempSync(`${tmpdir()}/http-test-`);
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(`${folder}/ca.pem`, TEST_CERTIFICATE);
    const server = await serveHttps((_request, response) => response.end('secret'));
    expect(await failure(testTransport().send(get(server.url)))).toMatchObject({ kind: 'certificate', exceptionName: 'SSLError' });
    for (const env of [{ REQUESTS_CA_BUNDLE: `${folder}/ca.pem` }, { CURL_CA_BUNDLE: folder }, { SSL_CERT_FILE: `${folder}/ca.pem` }]) {
      const response = await testTransport({ env }).send(get(server.url));
      await response.load();
      expect(response.text).toBe('secret');
    }
    const missing = await failure(testTransport({ env: { REQUESTS_CA_BUNDLE: '/no/such/file' } }).send(get(server.url)));
    expect(missing.message).toContain('/no/such/file of REQUESTS_CA_BUNDLE cannot be read');
  });

  it('fails each request to a host that the certificate is not for, and none after them', async () => {
    const folder = mkdtempSync(`${tmpdir()}/http-test-`);
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(`${folder}/ca.pem`, TEST_CERTIFICATE);
    const server = await serveHttps((_request, response) => response.end('right'));
    const { send } = testTransport({ connections: 1, env: { SSL_CERT_FILE: `${folder}/ca.pem` } });
    const wrong = () => failure(send(get(server.url, { Host: 'other.example.com' })));
    const right = async (): Promise<string> => {
      const response = await send(get(server.url));
      await response.load();
      return response.text;
    };
    const [first, second, third] = await Promise.all([wrong(), wrong(), right()]);
    for (const error of [first, second]) expect([error.kind, error.message]).toEqual(['certificate', expect.stringContaining('altnames')]);
    expect([third, await right(), (await wrong()).kind]).toEqual(['right', 'right', 'certificate']);
  });

  it('says so when a port does not speak it', async () => {
    const server = await serveHttp((_request, response) => response.end());
    const error = await failure(testTransport().send(get(server.url.replace('http:', 'https:'))));
    expect(error.kind).toBe('tls');
    expect(error.what).toBe('TLS failed: wrong version number');
  });
});

describe('proxies', () => {
  it('asks for http targets in absolute form, with the credentials of the proxy', async () => {
    const proxy = await serveHttp((request, response) => response.end(JSON.stringify([request.url, request.headers])));
    const { send } = testTransport({ env: { http_proxy: `http://us%65r:p%40ss@127.0.0.1:${proxy.port}` } });
    const response = await send(get('http://api.example.com/a?b=1'));
    await response.load();
    const [path, headers] = response.json as [string, Record<string, string>];
    expect(path).toBe('http://api.example.com/a?b=1');
    expect(headers).toMatchObject({
      host: 'api.example.com',
      'proxy-authorization': `Basic ${Buffer.from('user:p@ss').toString('base64')}`,
    });
  });

  it('reaches https targets through a tunnel', async () => {
    const folder = mkdtempSync(`${tmpdir()}/http-test-`);
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(`${folder}/ca.pem`, TEST_CERTIFICATE);
    const target = await serveHttps((request, response) =>
      response.end(`tunnelled ${request.url} ${request.headers['proxy-authorization']}`),
    );
    const heads: string[] = [];
    const proxy = await serveRaw((socket, head) => {
      if (!head.startsWith('CONNECT')) return;
      heads.push(head);
      socket.removeAllListeners('data');
      const upstream = connect(target.port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        socket.pipe(upstream).pipe(socket);
      });
      upstream.on('error', () => socket.destroy());
    });
    const env = { HTTPS_PROXY: `http://u:p@127.0.0.1:${proxy.port}`, REQUESTS_CA_BUNDLE: `${folder}/ca.pem` };
    const { send } = testTransport({ env, connections: 1 });
    for (let i = 0; i < 2; i++) {
      const response = await send(get(`https://localhost:${target.port}/x`));
      await response.load();
      expect(response.text).toBe('tunnelled /x undefined');
    }
    expect(heads).toHaveLength(1);
    expect(heads[0]).toMatch(new RegExp(`^CONNECT localhost:${target.port} HTTP/1.1\r\n[^]*proxy-authorization: Basic dTpw`, 'i'));
  });

  it('names a proxy that refuses or is not there', async () => {
    const proxy = await serveHttp((_request, response) => response.writeHead(200).end());
    const refusing = await serveRaw((socket) => socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n'));
    const via = (HTTPS_PROXY: string) => failure(testTransport({ env: { HTTPS_PROXY } }).send(get('https://api.example.com/')));
    expect((await via(`127.0.0.1:${refusing.port}`)).message).toContain('answered 407');
    expect(await via(`127.0.0.1:${refusing.port}`)).toMatchObject({ kind: 'proxy', exceptionName: 'ProxyError' });
    expect((await via('127.0.0.1:1')).kind).toBe('proxy');
    expect((await via('socks5://u:p@127.0.0.1:1')).message).toContain("'socks5://****@127.0.0.1:1' cannot be used");
    expect(proxy.connections()).toBe(0);
  });
});

describe('redirects', () => {
  it('are followed with their own method and headers', async () => {
    const seen: string[] = [];
    const server = await serveHttp((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += chunk));
      request.on('end', () => {
        seen.push(
          `${request.method} ${request.url} ${request.headers['content-type'] ?? '-'} ${request.headers.authorization ?? '-'} ${body || '-'}`,
        );
        const status = Number(/^\/(30\d)/.exec(request.url ?? '')?.[1] ?? 200);
        if (status === 200) response.end('done');
        else response.writeHead(status, { location: status === 308 ? '/end?a=b c' : '../end#x' }).end('moved');
      });
    });
    const send = followRedirects(testTransport().send);
    for (const status of [301, 302, 303, 307, 308]) {
      const response = await send({
        method: 'POST',
        url: `${server.url}/${status}/a`,
        headers: { 'Content-Type': 'text/x', Authorization: 'Bearer t', Cookie: 'a=b' },
        body: 'data',
      });
      await response.load();
      expect(response.text).toBe('done');
    }
    expect(seen.filter((line) => line.includes('/end'))).toEqual([
      'GET /end - Bearer t -',
      'GET /end - Bearer t -',
      'GET /end - Bearer t -',
      'POST /end text/x Bearer t data',
      'POST /end?a=b%20c text/x Bearer t data',
    ]);
  });

  it('leave credentials behind when the host changes', async () => {
    const target = await serveHttp((request, response) => response.end(JSON.stringify(request.headers)));
    const server = await serveHttp((_request, response) =>
      response.writeHead(302, { location: `${target.url}/${Buffer.from('ä').toString('latin1')}` }).end(),
    );
    const send = followRedirects(testTransport().send, {
      credentials: { isCredential: (name) => name === 'x-api-key', holdsSecret: () => false, isCredentialBody: () => false },
    });
    const response = await send(get(server.url, { Authorization: 'Bearer t', 'x-api-key': 'k', 'X-Other': 'o' }));
    await response.load();
    expect(response.json).toMatchObject({ 'x-other': 'o' });
    expect(Object.keys(response.json as object)).not.toEqual(expect.arrayContaining(['authorization']));
    expect(Object.keys(response.json as object)).not.toEqual(expect.arrayContaining(['x-api-key']));
    expect(response.url).toBe(`${target.url}/%C3%A4`);
  });

  it('take no body with credentials to another host', async () => {
    const bodies: string[] = [];
    const target = await serveHttp(async (request, response) => {
      for await (const chunk of request) bodies.push(String(chunk));
      response.end();
    });
    const server = await serveHttp((request, response) => {
      const host = request.url === '/same' ? '' : target.url;
      response.writeHead(request.url === '/302' ? 302 : 307, { location: `${host}/end` }).end();
    });
    const send = followRedirects(testTransport().send, {
      credentials: { isCredential: () => false, holdsSecret: () => false, isCredentialBody: (body) => body.includes('secret') },
    });
    const post = (path: string, body: string) => send({ method: 'POST', url: `${server.url}${path}`, headers: {}, body });
    const error = await failure(post('/307', 'secret'));
    expect(error).toMatchObject({
      kind: 'forbidden_redirect',
      permanent: true,
      message: expect.stringContaining(`another host, ${target.url}/end`),
    });
    await post('/302', 'secret');
    await post('/307', 'other');
    expect(bodies).toEqual(['other']);
  });

  it('end when they go round in circles', async () => {
    const server = await serveHttp((request, response) => response.writeHead(302, { location: request.url }).end());
    const error = await failure(followRedirects(testTransport().send, { maxRedirects: 3 })(get(server.url)));
    expect(error).toMatchObject({ kind: 'too_many_redirects', exceptionName: 'TooManyRedirects' });
    expect(error.message).toContain('Exceeded 3 redirects');
  });
});

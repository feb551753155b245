import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Random } from '../random.ts';
import type { Answer } from './streams.ts';

/** Everything that may go wrong with one answer. */
export type FaultKind = keyof typeof FAULTS;

/** What a fault is done to. */
interface Scene {
  readonly answer: Answer;
  readonly response: ServerResponse;
  readonly random: Random;
}

interface Fault {
  /** Whether the connector gets over it by asking again; else the stream ends with an error and the next run goes on. */
  readonly isMended: boolean;
  /** Whether it leaves the answer whole. */
  readonly isHarmless?: boolean;
  play(scene: Scene): void | Promise<void>;
}

/** Longer than the connector is told to wait for a byte. */
const STALL = 8_000;
const HTML = '<!DOCTYPE html><html><head><title>Maintenance</title></head><body><h1>We will be back soon.</h1></body></html>';

/** An answer in place of the real one. */
function instead(status: number, headers: (random: Random) => Readonly<Record<string, string>> = () => ({}), body?: string): Fault {
  return {
    isMended: true,
    play({ response, random }) {
      const text = body ?? (random.chance(0.5) ? HTML : JSON.stringify({ message: `The API is out of order (${status}).` }));
      response.writeHead(status, { 'content-type': text.startsWith('<') ? 'text/html' : 'application/json', ...headers(random) });
      response.end(text);
    },
  };
}

/** Raw bytes on the connection, which is closed after them unless they are followed by a stall. */
function raw(make: (scene: Scene) => readonly (Buffer | string)[], after: 'end' | 'reset' | 'stall' = 'end'): Fault['play'] {
  return async (scene) => {
    const { socket } = scene.response;
    if (socket === null) return;
    for (const part of make(scene)) socket.write(part);
    if (after === 'end') socket.end();
    else if (after === 'reset') await sleep(5).then(() => socket.resetAndDestroy());
    else await sleep(STALL, undefined, { ref: false }).then(() => socket.destroy());
  };
}

function head(headers: Readonly<Record<string, string | number>>): string {
  const text = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 200 OK\r\n${text.join('')}\r\n`;
}

function half(body: Buffer): Buffer {
  return body.subarray(0, Math.max(1, Math.floor(body.length / 2)));
}

const broken = (play: Fault['play']): Fault => ({ isMended: true, play });
const fatal = (play: Fault['play']): Fault => ({ isMended: false, play });

/** The faults by their names, as the table of a run shows them. */
export const FAULTS = {
  '429, Retry-After in seconds': instead(429, (random) => ({ 'retry-after': String(random.between(1, 30)) })),
  '429, Retry-After as a date': instead(429, () => ({ 'retry-after': new Date(Date.now() + 20_000).toUTCString() })),
  '429, X-RateLimit-Reset': instead(429, () => ({
    'x-ratelimit-reset': String(Math.ceil(Date.now() / 1000) + 20),
    'x-ratelimit-remaining': '0',
  })),
  '429 without a hint': instead(429),
  '500': instead(500),
  '502': instead(502),
  '503': instead(503, (random): Readonly<Record<string, string>> => (random.chance(0.5) ? { 'retry-after': '5' } : {})),
  '504': instead(504),
  'reset before the answer': broken(({ response }) => void response.socket?.resetAndDestroy()),
  'closed before the answer': broken(({ response }) => void response.socket?.destroy()),
  'reset within the headers': broken(raw(() => ['HTTP/1.1 200 OK\r\ncontent-ty'], 'reset')),
  'reset within the body': broken(
    raw(({ answer: { body, headers } }) => [head({ ...headers, 'content-length': body.length + 1 }), half(body)], 'reset'),
  ),
  'content-length too long': broken(
    raw(({ answer: { body, headers } }) => [head({ ...headers, 'content-length': body.length + 7 }), body]),
  ),
  'chunks without an end': broken(
    raw(({ answer: { body, headers } }) => [
      head({ ...headers, 'transfer-encoding': 'chunked' }),
      `${body.length.toString(16)}\r\n`,
      body,
      '\r\n',
    ]),
  ),
  'broken chunks': broken(
    raw(({ answer: { body, headers } }) => [
      head({ ...headers, 'transfer-encoding': 'chunked' }),
      `${half(body).length.toString(16)}\r\n`,
      half(body),
      '\r\nno size\r\n',
    ]),
  ),
  'broken gzip': broken(({ answer: { body, headers }, response }) => {
    const packed = gzipSync(body);
    packed.writeUInt32LE(packed.readUInt32LE(packed.length - 8) ^ 0xff, packed.length - 8);
    response.writeHead(200, { ...headers, 'content-encoding': 'gzip' }).end(packed);
  }),
  'gzip that is cut': broken(({ answer: { body, headers }, response }) => {
    response.writeHead(200, { ...headers, 'content-encoding': 'gzip' }).end(half(gzipSync(body)));
  }),
  'stall before the headers': broken(raw(() => [], 'stall')),
  'stall within the body': broken(
    raw(({ answer: { body, headers } }) => [head({ ...headers, 'content-length': body.length + 1 }), half(body)], 'stall'),
  ),
  'slow drips': {
    isMended: true,
    isHarmless: true,
    async play({ answer: { body, headers }, response, random }) {
      response.writeHead(200, headers);
      const pieces = random.between(2, 12);
      for (let piece = 0; piece < pieces; piece += 1) {
        response.write(body.subarray(Math.floor((body.length * piece) / pieces), Math.floor((body.length * (piece + 1)) / pieces)));
        await sleep(random.between(1, 25));
      }
      response.end();
    },
  } satisfies Fault,
  'HTML with 200': fatal(({ response }) => void response.writeHead(200, { 'content-type': 'text/html' }).end(HTML)),
  'cut JSON with 200': fatal(({ answer: { body, headers }, response }) => void response.writeHead(200, headers).end(cutWithin(body))),
  'content-length too short': fatal(
    raw(({ answer: { body, headers } }) => [head({ ...headers, 'content-length': cutWithin(body).length }), body]),
  ),
  '403': fatal(({ response }) => void response.writeHead(403, { 'content-type': 'application/json' }).end('{"message": "You may not."}')),
} satisfies Record<string, Fault>;

/** A cut that does not fall on the end of a line. */
function cutWithin(body: Buffer): Buffer {
  const cut = half(body);
  return cut.at(-1) === 0x0a ? body.subarray(0, cut.length - 2) : cut;
}

/** The names of all faults. */
export const FAULT_KINDS = Object.keys(FAULTS) as FaultKind[];

/** Whether the stream ends with an error at such a fault. */
export function isFatal(kind: FaultKind): boolean {
  const fault: Fault = FAULTS[kind];
  return !fault.isMended;
}

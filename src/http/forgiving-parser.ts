import type { buildConnector } from 'undici';
import { joinBytes } from '../lib/free-bytes.ts';

type Connect = buildConnector.connector;

/** What of the client's parser of HTTP is looked at. */
interface Parser {
  /** 0 until the head of a response is whole. */
  readonly statusCode: number;
  /** The lengths that the head has stated so far. */
  readonly contentLength: string;
  execute(chunk: Buffer): void;
  onHeadersComplete(status: number, upgrade: boolean, keepsAlive: boolean): number;
}

const CONTINUE = 100;
const PROCESSING = 102;

let isForgiving = false;

/**
 * The same connector, whose connections take what the client's parser refuses and every other client takes: a `100 Continue` that
 * nobody asked for, and a length that is stated more than once. `parserKey` is where the client keeps the parser of a connection.
 */
export function forgiveOddities(connect: Connect, parserKey: symbol): Connect {
  return (options, callback) =>
    connect(options, (...result) => {
      callback(...result);
      const [error, socket] = result;
      if (isForgiving || error !== null) return;
      const parser = (socket as unknown as Record<symbol, Parser | undefined>)[parserKey];
      if (parser === undefined) return;
      isForgiving = true;
      forgive(Object.getPrototypeOf(parser) as Parser);
    });
}

function forgive(prototype: Parser): void {
  const { execute, onHeadersComplete } = prototype;
  prototype.execute = function (chunk) {
    execute.call(this, this.statusCode === 0 ? withoutRepeatedLengths(chunk, this.contentLength) : chunk);
  };
  prototype.onHeadersComplete = function (status, upgrade, keepsAlive) {
    return onHeadersComplete.call(this, status === CONTINUE ? PROCESSING : status, upgrade, keepsAlive);
  };
}

const HEAD_END = '\r\n\r\n';
const LENGTH_LINE = /\r\ncontent-length:([^\r]*)/gi;

/**
 * Bytes that begin within the head of a response, in which its length stands once where it was repeated; lengths that differ stay.
 * `known` is what was stated in the bytes before.
 */
export function withoutRepeatedLengths(chunk: Buffer, known = ''): Buffer {
  const end = chunk.indexOf(HEAD_END);
  const head = chunk.toString('latin1', 0, end < 0 ? chunk.length : end);
  if (end >= 0 && isInterim(head)) {
    const next = end + HEAD_END.length;
    const rest = chunk.subarray(next);
    const mended = withoutRepeatedLengths(rest);
    return mended === rest ? chunk : joinBytes([chunk.subarray(0, next), mended]);
  }
  const mended = oneLength(head, known);
  return mended === undefined ? chunk : joinBytes([Buffer.from(mended, 'latin1'), chunk.subarray(head.length)]);
}

/** Whether a head is that of a 1xx, after which another head comes. */
function isInterim(head: string): boolean {
  return head.startsWith('HTTP/1.') && head.startsWith(' 1', 'HTTP/1.1'.length);
}

/** Whether a head may state its length more than once, told without a look at each of its lines. */
function mayRepeat(head: string, known: string): boolean {
  if (head.includes('ENGTH:')) return true;
  const at = head.indexOf('ength:');
  if (at < 0) return false;
  if (known !== '' || head.includes('ength:', at + 1)) return true;
  const end = head.indexOf('\r', at);
  return head.slice(at, end < 0 ? head.length : end).includes(',');
}

/** The head with its length once; undefined when it is to stay as it is. */
function oneLength(head: string, known: string): string | undefined {
  if (!mayRepeat(head, known)) return undefined;
  const stated = [...head.matchAll(LENGTH_LINE)].flatMap(([, value = '']) => value.split(',').map((part) => part.trim()));
  const [length = ''] = known === '' ? stated : [known];
  if (stated.length < (known === '' ? 2 : 1) || !/^\d+$/.test(length) || stated.some((other) => other !== length)) return undefined;
  let isStated = known !== '';
  return head.replace(LENGTH_LINE, (line) => {
    if (isStated) return '';
    isStated = true;
    return `${line.slice(0, line.indexOf(':'))}: ${length}`;
  });
}

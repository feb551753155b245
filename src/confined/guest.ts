import { AsyncLocalStorage } from 'node:async_hooks';
import { Socket } from 'node:net';
import { Writable } from 'node:stream';
import { Channel, ChannelClosed } from './channel.ts';
import { takeAwayTheWorld } from './confine.ts';
import { Peer } from './peer.ts';
import type { CopiedClass } from './wire.ts';

/** The descriptor that the room talks over. */
export const DESCRIPTOR = 3;
/** Objects of the other side after which those that nobody has any more are looked for. */
const MANY_IMPORTS = 200;
/** Milliseconds after which long work says that it goes on. */
const SIGN_OF_LIFE = 1000;
/** The longest line of a log; the rest of it is left out. */
const LONGEST_LINE = 10_000;

/** What the process of a room may do beyond what it is asked for. */
export interface GuestTools {
  /** Says, at most now and then, that long work goes on. */
  readonly goesOn: () => void;
}

/** What a room may ask of what runs in it. */
export interface Guest {
  readonly classes: readonly CopiedClass[];
  /** Makes the object whose members the room calls. */
  root(tools: GuestTools): object;
  /** Loads what it needs before it is asked for anything. */
  load(): Promise<void>;
  /** Milliseconds that code may wait for nothing. */
  readonly patience: number;
}

const reallyExit = process.exit.bind(process);

/** Turns this process into one that does what its room asks, and has nothing else. */
export async function runGuest({ classes, root, load, patience }: Guest): Promise<void> {
  const owners = new AsyncLocalStorage<number>();
  const socket = new Socket({ fd: DESCRIPTOR, readable: true, writable: true });
  const channel = new Channel(
    () => DESCRIPTOR,
    (text) => peer.receive(text),
  );
  const collect = (globalThis as { gc?: () => void }).gc;
  let lastOwner = 0;
  let [collected, served, depth] = [0, 0, 0];
  let told = performance.now();

  const peer: Peer = new Peer(
    {
      send(text) {
        told = performance.now();
        orEnd(() => channel.send(text));
      },
      waitUntil: (isDone) => orEnd(() => channel.waitUntil(isDone)),
      serve(owner, work) {
        if (owner >= 0) [lastOwner, served] = [owner, served + 1];
        if (depth === 0) peer.notify('begun', owner);
        depth += 1;
        try {
          return owners.run(owner, work);
        } finally {
          depth -= 1;
        }
      },
    },
    classes,
  );

  /** Does something with the channel; the process ends with it. */
  function orEnd(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (error instanceof ChannelClosed) reallyExit(0);
      throw error;
    }
  }

  /** Keeps the process alive by the channel, but while it owes promises and waits for none of the room. */
  function keepAlive(): void {
    if (peer.owed === 0 || peer.awaited > 0) socket.ref();
    else socket.unref();
  }

  function afterWork(): void {
    if (peer.imports - collected > MANY_IMPORTS) {
      collected = peer.imports;
      setImmediate(() => {
        collect?.();
        setImmediate(() => peer.tellFreed());
      });
    }
    keepAlive();
  }

  function fault(what: string, error?: unknown): void {
    const { message, stack } = error instanceof Error ? error : { message: error === undefined ? '' : String(error), stack: undefined };
    peer.notify('fault', owners.getStore() ?? lastOwner, message === '' ? what : `${what}: ${message}`, stack ?? null);
  }

  socket.on('end', () => reallyExit(0));
  socket.on('error', () => reallyExit(0));
  process.on('unhandledRejection', (reason) => fault('let a promise fail that nothing handles', reason));
  process.on('uncaughtException', (error) => fault('threw outside of any call', error));
  // Nothing is left that could settle the promises that are owed, unless the room asks for something that does.
  process.on('beforeExit', () => {
    socket.ref();
    if (peer.owed === 0 || peer.awaited > 0) return;
    const before = served;
    setTimeout(() => {
      if (served === before && peer.owed > 0) {
        peer.failOwed(new Error('its promise never settles: nothing is left that it waits for'));
      }
      keepAlive();
    }, patience);
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

  takeAwayTheWorld();
  const exit = (code?: unknown): never => {
    fault(`called process.exit(${code === undefined ? '' : String(code)})`);
    throw new Error('The process of custom code ends with the connector, not by process.exit.');
  };
  Object.defineProperty(process, 'exit', { value: exit, configurable: true, writable: true });
  for (const [name, level] of [
    ['stdout', 'info'],
    ['stderr', 'warn'],
  ] as const) {
    Object.defineProperty(process, name, { value: logStream((line) => peer.notify('log', level, line)), configurable: true });
  }
  peer.root(
    root({
      goesOn() {
        if (performance.now() - told > SIGN_OF_LIFE) peer.notify('alive');
      },
    }),
  );
  peer.notify('alive');
  await load();
  socket.on('data', (bytes: Buffer) => {
    channel.take(bytes);
    afterWork();
  });
}

/** A stream whose lines go to the log. */
function logStream(log: (line: string) => void): Writable {
  let rest = '';
  return new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, done) {
      const lines = `${rest}${chunk.toString()}`.split('\n');
      rest = (lines.pop() ?? '').slice(0, LONGEST_LINE);
      for (const line of lines) log(line.slice(0, LONGEST_LINE));
      done();
    },
  });
}

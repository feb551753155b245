import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, readSync } from 'node:fs';
import type { Socket } from 'node:net';
import { Channel, ChannelBroken, ChannelClosed } from './channel.ts';
import { type Call, type How, Peer } from './peer.ts';
import type { CopiedClass } from './wire.ts';

/** What a room is opened with. */
export interface RoomOptions {
  /** The program that runs in it, which calls `runGuest`. */
  readonly program: string;
  /** What the program finds in its `argv`. */
  readonly parameters: readonly string[];
  /** Files and folders, these with an asterisk, that it may read beside the program. */
  readonly readable: readonly string[];
  readonly classes: readonly CopiedClass[];
  /** Seconds without an answer or any other sign of life, after which it is ended. */
  readonly seconds: number;
  /** Megabytes that its heap may take. */
  readonly megabytes: number;
  /** Told of what it prints. */
  readonly onLog: (level: 'info' | 'warn', line: string) => void;
  /** Told when something that it does for an owner cannot go on. */
  readonly onFault: (owner: number, what: string, stack: string | undefined) => void;
}

/** A process that runs code and has nothing but what it is handed; started when it is first asked for, and again after it has ended. */
export interface Room {
  /** Rises with each start: objects of an earlier process can be asked nothing. */
  readonly generation: number;
  /** Calls a member of the object that the program begins with. */
  callRoot(member: string, parameters: readonly unknown[], how: How): unknown;
  /** Calls a member of an object that the program has handed over. */
  callMember(object: object, member: string, parameters: readonly unknown[], how: How): unknown;
  /** Ends the process. */
  close(): void;
}

/** Raised by calls that the end of the process has cut off. */
export class GuestEnded extends Error {
  override readonly name = 'GuestEnded';
  /** Why it has ended, as the end of a sentence that begins with what ran in it. */
  readonly reason: string;
  /** Whether it has ended because of the call. */
  readonly isGuilty: boolean;
  /** Whether the call has asked for something before, so that it cannot be made again. */
  readonly usedUs: boolean;

  constructor(reason: string, { isGuilty, usedUs }: { readonly isGuilty: boolean; readonly usedUs: boolean }) {
    super(`The process has ended: it ${reason}.`);
    this.reason = reason;
    this.isGuilty = isGuilty;
    this.usedUs = usedUs;
  }
}

/** Milliseconds between two looks at whether the process is well. */
const LOOK = 250;
/** Milliseconds of silence after which a process that owes promises is asked whether it is there. */
const SILENCE = 2000;
/** Seconds that the program may take until it says that it is there. */
const START = 30;
/** Megabytes beside its heap that a process may take: the program itself and what lies off the heap. */
const BESIDE_HEAP = 384;
const MEGABYTE = 1024 * 1024;
/** The owner of what nobody asked for. */
const NOBODY = -1;

/** Opens a room; the process starts when it is first asked for something. */
export function openRoom(options: RoomOptions): Room {
  let inhabitant: Inhabitant | undefined;
  let generation = 0;

  function present(): Inhabitant {
    if (inhabitant === undefined || inhabitant.hasEnded) {
      generation += 1;
      inhabitant = new Inhabitant(options);
    }
    return inhabitant;
  }

  return {
    get generation() {
      if (inhabitant?.hasEnded !== false) present();
      return generation;
    },
    callRoot: (member, parameters, how) => present().peer.callRoot(member, parameters, how),
    callMember: (object, member, parameters, how) => present().peer.callMember(object, member, parameters, how),
    close: () => inhabitant?.end('was closed', []),
  };
}

/** One process and the talk with it. */
class Inhabitant {
  readonly peer: Peer;
  hasEnded = false;
  readonly #options: RoomOptions;
  readonly #child: ChildProcess;
  readonly #socket: Socket;
  readonly #channel: Channel;
  readonly #timer: NodeJS.Timeout;
  readonly #errorOutput: Socket;
  /** Calls that were sent and have no answer yet, the oldest first. */
  readonly #sent = new Set<Call>();
  readonly #suspended = new Set<Call>();
  readonly #queue: { readonly call: Call; readonly send: () => void }[] = [];
  #heard = performance.now();
  #hasSpoken = false;
  #complaint = '';

  constructor(options: RoomOptions) {
    this.#options = options;
    const readable = [options.program, ...options.readable].map((file) => `--allow-fs-read=${file}`);
    const heap = Number.isFinite(options.megabytes) ? [`--max-old-space-size=${Math.round(options.megabytes)}`] : [];
    const limits = [...heap, '--expose-gc', '--no-warnings'];
    this.#child = spawn(process.execPath, [permissionFlag(), ...readable, ...limits, options.program, ...options.parameters], {
      env: {},
      cwd: '/',
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    });
    this.#socket = this.#child.stdio[3] as Socket;
    this.#errorOutput = this.#child.stderr as Socket;
    this.#channel = new Channel(
      () => descriptorOf(this.#socket),
      (text) => this.#receive(text),
    );
    this.peer = new Peer(
      {
        send: (text) => this.#guarded(() => this.#channel.send(text, () => this.#endStuck())),
        waitUntil: (isDone) => this.#waitUntil(isDone),
        enqueue: (call, send) => {
          this.#queue.push({ call, send });
          this.#pump();
        },
        onSent: (call) => {
          if (this.#sent.size === 0) this.#heard = performance.now();
          this.#sent.add(call);
          this.#hold();
        },
        onAnswered: (call) => {
          this.#sent.delete(call);
          this.#hold();
          this.#pump();
        },
        onSuspended: (call) => void this.#suspended.add(call),
        onResumed: (call) => {
          this.#suspended.delete(call);
          this.#hold();
        },
        onNotice: (notice) => this.#note(notice),
      },
      options.classes,
    );
    this.#socket.on('data', (bytes: Buffer) => this.#guarded(() => this.#channel.take(bytes)));
    this.#socket.on('close', () => this.#closed());
    this.#socket.on('error', () => this.#closed());
    this.#child.on('error', (error) => this.end(`could not be started: ${error.message}`, this.#working()));
    this.#errorOutput.on('data', (bytes: Buffer) => this.#complain(bytes));
    this.#errorOutput.unref();
    this.#timer = setInterval(() => this.#look(), LOOK);
    this.#timer.unref();
    this.#hold();
  }

  /** Ends the process, and with it every call; `guilty` are those because of which it ends. */
  end(reason: string, guilty: readonly Call[]): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    clearInterval(this.#timer);
    this.#child.kill('SIGKILL');
    this.#child.unref();
    this.#socket.destroy();
    this.#errorOutput.destroy();
    const owners = new Set(guilty.map(({ owner }) => owner));
    for (const owner of owners) if (owner !== NOBODY) this.#options.onFault(owner, reason, undefined);
    const queued = this.#queue.splice(0).map(({ call }) => call);
    for (const call of [...this.peer.open, ...queued]) {
      call.fail(new GuestEnded(reason, { isGuilty: owners.has(call.owner), usedUs: call.usedUs }));
    }
  }

  /**
   * The calls that the process works on: the oldest without an answer, or, while it has not begun that one, those that wait for their promises.
   * None where it is busy with what it was not asked for.
   */
  #working(): readonly Call[] {
    const [oldest] = this.#sent;
    return oldest?.begun === true ? [oldest] : [...this.#suspended];
  }

  #receive(text: string): void {
    if (this.hasEnded) return;
    this.#hasSpoken = true;
    // What is printed is no sign that work gets on.
    if (!text.startsWith('["log"')) this.#heard = performance.now();
    this.peer.receive(text);
  }

  #waitUntil(isDone: () => boolean): void {
    this.#heard = performance.now();
    let rounds = 0;
    const onIdle = (): void => {
      rounds += 1;
      if (rounds % 100 === 0) this.#look();
    };
    this.#guarded(() => this.#channel.waitUntil(() => isDone() || this.hasEnded, onIdle));
    if (!isDone()) throw new GuestEnded('has ended', { isGuilty: false, usedUs: true });
  }

  /** Ends a process that takes nothing of what is sent to it. */
  #endStuck(): void {
    if (this.#channel.stillFor > this.#patience() * 1000) this.end(`gave no answer for ${this.#patience()} s`, this.#working());
  }

  /** Does something with the channel; that it is closed or broken ends the process. */
  #guarded<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      if (error instanceof ChannelBroken) this.end('sent something that is no message', this.#working());
      else if (error instanceof ChannelClosed) this.#closed();
      else throw error;
      return undefined;
    }
  }

  #closed(): void {
    if (this.hasEnded) return;
    this.#drainErrorOutput();
    const isFull = /out of memory|Allocation failed/i.test(this.#complaint);
    this.end(isFull ? this.#tooLarge() : 'ended its process', this.#working());
  }

  #tooLarge(): string {
    return `took more than ${this.#options.megabytes} MB of memory`;
  }

  /** Ends a process that is silent for too long or too large, and asks one that only waits whether it is there. */
  #look(): void {
    if (this.hasEnded) return;
    if (residentMegabytes(this.#child.pid) > this.#options.megabytes + BESIDE_HEAP) {
      this.end(this.#tooLarge(), this.#working());
      return;
    }
    const silent = performance.now() - this.#heard;
    if (this.#sent.size > 0 && silent > this.#patience() * 1000) this.#endSilent();
    else if (this.#sent.size === 0 && this.#suspended.size > 0 && silent > SILENCE) this.#ping();
  }

  #patience(): number {
    return this.#hasSpoken ? this.#options.seconds : Math.max(START, this.#options.seconds);
  }

  #endSilent(): void {
    // What this process has been too busy to read counts as heard.
    const hasSpoken = this.#guarded(() => this.#channel.receiveNext());
    if (hasSpoken === false) this.end(`gave no answer for ${this.#patience()} s`, this.#working());
  }

  #ping(): void {
    const answer = this.peer.callRoot('isThere', [], { owner: NOBODY, later: true }) as Promise<unknown>;
    answer.catch((error: unknown) => {
      if (!(error instanceof GuestEnded)) throw error;
    });
  }

  #note([kind, ...rest]: readonly unknown[]): void {
    if (kind === 'log') this.#options.onLog(...(rest as ['info' | 'warn', string]));
    if (kind === 'fault') {
      const [owner, what, stack] = rest as [number, string, string | null];
      this.#options.onFault(owner, what, stack ?? undefined);
      for (const call of this.peer.open) if (call.owner === owner) call.fail(new GuestEnded(what, { isGuilty: true, usedUs: call.usedUs }));
    }
  }

  /** Sends the next call that waits for its turn, so that the process has one at a time to work on. */
  #pump(): void {
    if (this.hasEnded || this.#sent.size > 0) return;
    this.#queue.shift()?.send();
  }

  /** Keeps this process alive while somebody waits for the other. */
  #hold(): void {
    const isNeeded = this.#sent.size > 0 || this.#suspended.size > 0 || this.#queue.length > 0;
    for (const handle of [this.#child, this.#socket]) {
      if (isNeeded) handle.ref();
      else handle.unref();
    }
  }

  #complain(bytes: Buffer): void {
    this.#complaint = `${this.#complaint}${bytes.toString('latin1')}`.slice(-8192);
  }

  /** Reads what the process has complained of last, without waiting for events. */
  #drainErrorOutput(): void {
    const chunk = Buffer.alloc(8192);
    try {
      for (let read = 1; read > 0; ) {
        const descriptor = descriptorOf(this.#errorOutput);
        if (descriptor === undefined) return;
        read = readSync(descriptor, chunk);
        this.#complain(chunk.subarray(0, read));
      }
    } catch (error) {
      if (!['EAGAIN', 'ECONNRESET'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
}

/** The flag that has Node ask for permissions: its name without `experimental` is newer. */
function permissionFlag(): string {
  return process.allowedNodeEnvironmentFlags.has('--permission') ? '--permission' : '--experimental-permission';
}

/** The descriptor of a socket, which Node keeps to itself; undefined when it is closed. */
function descriptorOf(socket: Socket): number | undefined {
  return (socket as unknown as { _handle: { fd: number } | null })._handle?.fd;
}

/** The resident size of a process; 0 where it cannot be told. */
function residentMegabytes(pid: number | undefined): number {
  try {
    const [, pages = '0'] = readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ');
    return (Number(pages) * 4096) / MEGABYTE;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return 0;
    throw error;
  }
}

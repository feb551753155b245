import type { AddressInfo, Server } from 'node:net';
import { createAllowedHosts } from './serve/allowed-hosts.ts';
import { createManifestServer } from './serve/http-server.ts';
import { createProcessPool } from './serve/process-pool.ts';

/** The options of `serve`, as they are written. */
export interface ServeOptions {
  readonly host: string;
  readonly port: string;
  readonly processes: string;
  readonly timeout: string;
  readonly memory: string;
  readonly maxBody: string;
  readonly allowHost?: readonly string[];
}

/** Requests that wait for a process, for each process. */
const WAITING_PER_PROCESS = 8;
/** Connections beside those of requests that are answered or wait. */
const SPARE_CONNECTIONS = 64;
/** Milliseconds that requests under way have to end when the server is told to stop. */
const GRACE = 20_000;

/** Serves the manifest server's API until a signal ends it; gives 2 for options that are none, 1 where the address cannot be used. */
export async function runServe(options: ServeOptions, program: string, log: (line: string) => void): Promise<number> {
  const numbers = readNumbers(options);
  if (typeof numbers === 'string') {
    log(`error: ${numbers}`);
    return 2;
  }
  const { port, processes, timeout, memory, maxBody } = numbers;
  const pool = createProcessPool({
    program,
    processes,
    waiting: processes * WAITING_PER_PROCESS,
    timeoutMs: timeout * 1000,
    memoryMb: memory,
    log,
  });
  const server = createManifestServer({
    pool,
    secret: process.env['AB_JWT_SIGNATURE_SECRET'] || undefined,
    allowsCode: process.env['AIRBYTE_ENABLE_UNSAFE_CODE']?.toLowerCase() === 'true',
    hosts: createAllowedHosts({ host: options.host, allowed: options.allowHost ?? [] }),
    maxBytes: maxBody * 1024 * 1024,
    maxConnections: processes * (1 + WAITING_PER_PROCESS) + SPARE_CONNECTIONS,
    now: Date.now,
    log,
  });
  try {
    await listen(server, port, options.host);
    log(`Serving the manifest server's API on ${urlOf(server)}`);
    await signalled();
    await stop(server);
    return 0;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    log(`error: cannot serve on ${options.host} port ${port}: ${code === 'EADDRINUSE' ? 'the port is in use' : message}`);
    return 1;
  } finally {
    pool.close();
  }
}

const RANGES = {
  port: ['--port', 0, 65_535],
  processes: ['--processes', 1, 256],
  timeout: ['--timeout', 1, 86_400],
  memory: ['--memory', 64, 65_536],
  maxBody: ['--max-body', 1, 1024],
} as const;

type Numbers = Record<keyof typeof RANGES, number>;

/** The numbers of the options, or what is wrong with one of them. */
function readNumbers(options: ServeOptions): Numbers | string {
  const numbers: Partial<Numbers> = {};
  for (const [name, [flag, least, most]] of Object.entries(RANGES) as [keyof Numbers, readonly [string, number, number]][]) {
    const value = /^\d+$/.test(options[name]) ? Number(options[name]) : Number.NaN;
    if (!(value >= least && value <= most)) return `${flag} must be a whole number from ${least} to ${most}, not "${options[name]}"`;
    numbers[name] = value;
  }
  return numbers as Numbers;
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
}

function urlOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

/** Resolves at the first signal that asks the process to end. */
function signalled(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
}

/** Takes no more requests and waits for those under way, for a while. */
function stop(server: ReturnType<typeof createManifestServer>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    setTimeout(() => {
      server.closeAllConnections();
      resolve();
    }, GRACE).unref();
  });
}

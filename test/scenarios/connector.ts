import { spawn } from 'node:child_process';
import path from 'node:path';
import { performance } from 'node:perf_hooks';

const MAIN = path.resolve(import.meta.dirname, '../../dist/main.js');
/** Milliseconds after which a run that does not end is killed. */
const PATIENCE = 60_000;

/** What the connector is started with. */
export interface Start {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** The working directory; that of the tests unless told. */
  readonly cwd?: string;
  /** Sends a signal, or closes stdout, as soon as stdout contains a text. */
  readonly interrupt?: { readonly by: string; readonly once: string } | undefined;
  /** Another start file than the built one. */
  readonly main?: string;
  /** Kills the run as soon as it resolves. */
  readonly killAt?: Promise<unknown>;
}

/** How a run ended and what it wrote. */
export interface Ended {
  readonly exit: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

/** Runs the built connector to its end. */
export async function runConnector({ args, env = {}, stdin, cwd, interrupt, killAt, main = MAIN }: Start): Promise<Ended> {
  const begin = performance.now();
  const child = spawn(process.execPath, [main, ...args], { cwd, env: { ...cleanEnvironment(), ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  let isInterrupted = interrupt === undefined;
  child.stdout.on('data', (chunk: Buffer) => {
    output.push(chunk);
    if (isInterrupted || !Buffer.concat(output).includes(interrupt?.once ?? '')) return;
    isInterrupted = true;
    if (interrupt?.by === 'close') child.stdout.destroy();
    else child.kill(interrupt?.by as NodeJS.Signals);
  });
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  // A connector that ends without reading its standard input is no failure of the test.
  child.stdin.on('error', () => {});
  child.stdin.end(stdin ?? '');
  void killAt?.then(() => child.kill('SIGKILL'));
  const impatience = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
  const [exit, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, name) => resolve([code, name]));
  });
  clearTimeout(impatience);
  return {
    exit,
    signal,
    stdout: Buffer.concat(output).toString('utf8'),
    stderr: Buffer.concat(errors).toString('utf8'),
    seconds: (performance.now() - begin) / 1000,
  };
}

/** The environment of the tests without what would change how the connector behaves. */
function cleanEnvironment(): Record<string, string> {
  const isFree = ([name, value]: [string, string | undefined]): boolean =>
    value !== undefined && !/proxy$|_CA_BUNDLE$|^SSL_CERT_FILE$|^NODE_OPTIONS$|^LOG_LEVEL$|^DEPLOYMENT_MODE$/i.test(name);
  return Object.fromEntries(Object.entries(process.env).filter(isFree)) as Record<string, string>;
}

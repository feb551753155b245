import { spawn } from 'node:child_process';
import path from 'node:path';

const MAIN = path.resolve(import.meta.dirname, '../dist/main.js');
const JSON_TYPE = { 'Content-Type': 'application/json' };

/** A running manifest server. */
export interface ManifestServer {
  readonly url: string;
  /** What it wrote to stderr so far. */
  log(): string;
  /** Stops reading what it writes to stderr. */
  closeLog(): void;
  /** Sends SIGTERM and gives the exit code, once all that it wrote has come. */
  stop(): Promise<number | null>;
  /** The status and the text of an answer; a body that is no text is sent as JSON. */
  post(operation: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<[status: number, text: string]>;
}

/** Starts the built connector's `serve` on a free port. */
export async function startManifestServer(
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<ManifestServer> {
  const child = spawn(process.execPath, [MAIN, 'serve', '--port', '0', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', ...env },
  });
  let log = '';
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => {
      log += chunk.toString();
      const found = /on (http:\/\/\S+)/.exec(log)?.[1];
      if (found !== undefined) resolve(found);
    });
    void ended.then(() => reject(new Error(`The server has ended: ${log}`)));
  });
  return {
    url,
    log: () => log,
    closeLog: () => void child.stderr.destroy(),
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
    async post(operation, body, headers = {}) {
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      const response = await fetch(`${url}/v1/manifest/${operation}`, {
        method: 'POST',
        headers: { ...JSON_TYPE, ...headers },
        body: text,
      });
      return [response.status, await response.text()];
    },
  };
}

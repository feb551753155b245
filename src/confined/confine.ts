import { syncBuiltinESMExports } from 'node:module';

/** What each module of Node loses: whatever reaches other machines, other processes or this one's end. */
const TAKEN: Readonly<Record<string, readonly string[]>> = {
  'node:net': ['connect', 'createConnection', 'createServer'],
  'node:tls': ['connect', 'createServer'],
  'node:http': ['request', 'get', 'createServer'],
  'node:https': ['request', 'get', 'createServer'],
  'node:http2': ['connect', 'createServer', 'createSecureServer'],
  'node:dgram': ['createSocket'],
  'node:dns': [
    'lookup',
    'lookupService',
    'resolve',
    'resolve4',
    'resolve6',
    'resolveAny',
    'resolveCname',
    'resolveMx',
    'resolveNs',
    'resolveTxt',
    'resolveSrv',
    'reverse',
  ],
  'node:dns/promises': [
    'lookup',
    'lookupService',
    'resolve',
    'resolve4',
    'resolve6',
    'resolveAny',
    'resolveCname',
    'resolveMx',
    'resolveNs',
    'resolveTxt',
    'resolveSrv',
    'reverse',
  ],
  'node:child_process': ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork'],
  'node:worker_threads': ['Worker'],
  'node:cluster': ['fork'],
  'node:inspector': ['open'],
};
const GLOBALS = ['fetch', 'WebSocket', 'EventSource'];
const OF_PROCESS = [
  'kill',
  '_kill',
  'abort',
  'reallyExit',
  'binding',
  '_linkedBinding',
  'dlopen',
  'chdir',
  'setuid',
  'setgid',
  '_debugProcess',
];

/**
 * Takes away what reaches the network, other processes and the end of this one. It keeps code from doing so by mistake; where Node's permissions
 * cover the same, they are what holds.
 */
export function takeAwayTheWorld(): void {
  for (const [name, members] of Object.entries(TAKEN)) {
    const module = process.getBuiltinModule(name) as Record<string, unknown> | undefined;
    for (const member of members) if (module !== undefined && member in module) module[member] = refusing(`${name} ${member}`);
  }
  // What does without the functions above still connects by these.
  const { Socket, Server } = process.getBuiltinModule('node:net');
  Object.assign(Socket.prototype, { connect: refusing('a connection') });
  Object.assign(Server.prototype, { listen: refusing('a server') });
  const { Socket: Datagrams } = process.getBuiltinModule('node:dgram');
  Object.assign(Datagrams.prototype, { bind: refusing('a socket'), send: refusing('a socket'), connect: refusing('a socket') });
  for (const { Resolver } of [process.getBuiltinModule('node:dns'), process.getBuiltinModule('node:dns/promises')]) {
    for (const name of Object.getOwnPropertyNames(Resolver.prototype)) {
      if (/^(resolve|reverse)/.test(name)) Object.assign(Resolver.prototype, { [name]: refusing('a look-up of names') });
    }
  }
  for (const name of GLOBALS) define(globalThis, name, refusing(name));
  for (const name of OF_PROCESS) if (name in process) define(process, name, refusing(`process.${name}`));
  syncBuiltinESMExports();
}

function define(object: object, name: string, value: unknown): void {
  Object.defineProperty(object, name, { value, configurable: true, writable: true, enumerable: false });
}

/** A function, or a class, that says that what it stands for is not there. */
function refusing(what: string): () => never {
  return function refused(): never {
    throw new Error(`Code that comes with a manifest has no ${what}: requests go through the builder, such as builder.run.http.`);
  };
}

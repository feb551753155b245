import { syncBuiltinESMExports } from 'node:module';

const OF_PROCESS = ['kill', '_kill', 'abort', 'reallyExit', 'binding', '_linkedBinding', 'dlopen', 'chdir', '_debugProcess'];
const LOOK_UP = /^(lookup|resolve|reverse)/;

/**
 * Takes away what reaches the network and the end of this and other processes, as far as Node's permissions may not cover it; they do cover
 * files, threads and starting processes. It keeps code from doing so by mistake; against all else the permissions are what holds.
 */
export function takeAwayTheWorld(): void {
  // Whatever speaks HTTP or TLS connects by these, `fetch` too, which is not touched itself since that would load it.
  const { Socket, Server } = process.getBuiltinModule('node:net');
  takeFrom(Socket.prototype, ['connect'], 'connection');
  takeFrom(Server.prototype, ['listen'], 'server');
  const { Socket: Datagrams } = process.getBuiltinModule('node:dgram');
  takeFrom(Datagrams.prototype, ['bind', 'connect', 'send'], 'socket');
  for (const dns of [process.getBuiltinModule('node:dns'), process.getBuiltinModule('node:dns/promises')]) {
    takeFrom(dns, Object.keys(dns).filter(isLookUp), 'look-up of names');
    takeFrom(dns.Resolver.prototype, Object.getOwnPropertyNames(dns.Resolver.prototype).filter(isLookUp), 'look-up of names');
  }
  for (const name of OF_PROCESS) if (name in process) takeFrom(process, [name], `process.${name}`);
  syncBuiltinESMExports();
}

function isLookUp(name: string): boolean {
  return LOOK_UP.test(name);
}

/** Puts functions in the place of members that say that what they do is not there. */
function takeFrom(object: object, members: readonly string[], what: string): void {
  const value = function refused(): never {
    throw new Error(`Code that comes with a manifest has no ${what}: requests go through the builder, such as builder.run.http.`);
  };
  for (const member of members) Object.defineProperty(object, member, { value, configurable: true, writable: true, enumerable: false });
}

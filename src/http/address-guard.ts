import type { LookupAddress } from 'node:dns';
import type { BlockList } from 'node:net';
import { onDemand } from '../lib/on-demand.ts';
import { TransportError } from './errors.ts';
import type { AddressGuard } from './transport.ts';

/** Resolves a host name to all its addresses; rejects like dns.lookup. */
export type ResolveHost = (hostname: string) => Promise<LookupAddress[]>;

// parity: ipaddress.ip_address(...).is_private; beyond it, whatever is not global unicast (RFC 6890), and addresses that hold another one
const PRIVATE_RANGES = {
  ipv4: [
    '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.31.196.0/24 192.52.193.0/24',
    '192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4',
  ].join(' '),
  // Teredo, benchmarks and the like; documentation; 6to4, which holds an address of IPv4.
  ipv6: '2001::/23 2001:db8::/32 2002::/16 3fff::/20 2620:4f:8000::/48',
};
// All else is mapped, compatible, translated (NAT64), site-local, multicast or not assigned.
const GLOBAL_UNICAST = '2000::/3';
const MAPPED = '::ffff:0:0/96';

const lists = onDemand(() => ({
  privateIpv4: listOf(PRIVATE_RANGES.ipv4, 'ipv4'),
  privateIpv6: listOf(PRIVATE_RANGES.ipv6, 'ipv6'),
  globalIpv6: listOf(GLOBAL_UNICAST, 'ipv6'),
  mapped: listOf(MAPPED, 'ipv6'),
}));

function listOf(ranges: string, family: 'ipv4' | 'ipv6'): BlockList {
  const { BlockList: List } = process.getBuiltinModule('node:net');
  const list = new List();
  for (const range of ranges.split(' ')) {
    const [network = '', bits] = range.split('/');
    list.addSubnet(network, Number(bits), family);
  }
  return list;
}

/** True for an address that no public API has; an IPv4 address that is mapped into an IPv6 one counts as itself. */
export function isPrivateAddress(address: string): boolean {
  const { privateIpv4, privateIpv6, globalIpv6, mapped } = lists();
  const plain = withoutZone(address);
  if (process.getBuiltinModule('node:net').isIPv4(plain)) return privateIpv4.check(plain, 'ipv4');
  if (mapped.check(plain, 'ipv6')) return privateIpv4.check(plain, 'ipv6');
  return !globalIpv6.check(plain, 'ipv6') || privateIpv6.check(plain, 'ipv6');
}

/** An IPv6 address without its zone: `fe80::1%eth0` is `fe80::1`. */
function withoutZone(address: string): string {
  const zone = address.indexOf('%');
  return zone < 0 ? address : address.slice(0, zone);
}

// parity: entrypoint.py:_init_internal_request_filter
/**
 * The guard of cloud deployments: https only and no private addresses, looked up before every request and again when a
 * connection opens, so that a name cannot change its mind in between. Throws TransportError `invalid_schema`, `dns` or `forbidden_address`.
 */
export function createCloudGuard(resolve: ResolveHost = resolveHost): AddressGuard {
  const resolvePublic = async (hostname: string): Promise<LookupAddress[]> => {
    const addresses = await resolve(hostname.replace(/^\[|\]$/g, ''));
    if (addresses.some(({ address }) => isPrivateAddress(address))) throw forbidden(hostname);
    return addresses;
  };
  return {
    async check(url) {
      if (url.protocol !== 'https:') throw insecure(url);
      try {
        await resolvePublic(url.hostname);
      } catch (cause) {
        if (cause instanceof TransportError) throw cause;
        throw new TransportError({ kind: 'dns', what: `The host ${url.hostname} cannot be resolved`, cause });
      }
    },
    lookup(hostname, options, callback) {
      resolvePublic(hostname).then(
        (addresses) => (options.all ? callback(null, addresses) : callback(null, addresses[0]?.address ?? '', addresses[0]?.family)),
        (error: NodeJS.ErrnoException) => callback(error, []),
      );
    },
  };
}

async function resolveHost(hostname: string): Promise<LookupAddress[]> {
  return process.getBuiltinModule('node:dns').promises.lookup(hostname, { all: true });
}

function insecure(url: URL): TransportError {
  return new TransportError({
    kind: 'invalid_schema',
    what: `Invalid Protocol Scheme: The endpoint that data is being requested from is using an invalid or insecure protocol '${url.protocol.slice(0, -1)}'`,
    hint: 'Valid protocol schemes: https',
  });
}

function forbidden(hostname: string): TransportError {
  return new TransportError({
    kind: 'forbidden_address',
    what: `Invalid URL endpoint: ${hostname} belongs to a private network`,
    hint: 'Source connectors only support requesting data from public API endpoints.',
  });
}

import { percentDecoded } from '../lib/user-info.ts';

/** The proxies of the environment: one for each scheme, and the hosts that are reached without them. */
export interface ProxySettings {
  http: string | undefined;
  https: string | undefined;
  noProxy: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

// parity: urllib.request.getproxies_environment
/** Reads HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY; the lower-case names win, and HTTP_PROXY is ignored where CGI could set it. */
export function readProxySettings(env: Environment): ProxySettings {
  const read = (name: string): string | undefined => (env[name] ?? env[name.toUpperCase()]) || undefined;
  const http = (env['http_proxy'] ?? (env['REQUEST_METHOD'] === undefined ? env['HTTP_PROXY'] : undefined)) || undefined;
  const all = read('all_proxy');
  return { http: http ?? all, https: read('https_proxy') ?? all, noProxy: read('no_proxy') ?? '' };
}

/** What of the proxies' credentials is secret, as it is written and decoded: the password, or a user without one. */
export function proxySecrets({ http, https }: ProxySettings): string[] {
  return [http, https].flatMap((proxy) => {
    const [, user, password = user] = /^(?:[a-z][a-z\d+.-]*:\/\/)?([^:@/]*)(?::(.*))?@/i.exec(proxy ?? '') ?? [];
    return password === undefined ? [] : [password, percentDecoded(password)];
  });
}

/** The proxy for a URL, with its scheme filled in; null when the host is reached directly. Throws TypeError for a proxy that is no URL. */
export function proxyFor(url: URL, settings: ProxySettings): URL | null {
  const proxy = url.protocol === 'https:' ? settings.https : settings.http;
  if (!proxy || bypassesProxy(url, settings.noProxy)) return null;
  return new URL(proxy.includes('://') ? proxy : `http://${proxy}`);
}

// parity: requests.utils.should_bypass_proxies
/** True when NO_PROXY names the URL's host: `*`, a name or its parent domain, with or without the port, an address or a range a.b.c.d/n. */
export function bypassesProxy(url: URL, noProxy: string): boolean {
  const host = url.hostname.toLowerCase().replace(/^\[|\]$/g, '');
  const hostAndPort = `${host}:${url.port || (url.protocol === 'https:' ? '443' : '80')}`;
  return noProxy.split(',').some((item) => {
    const entry = item.trim().toLowerCase().replace(/^\.+/, '');
    if (entry === '') return false;
    if (entry === '*' || entry === host || entry === hostAndPort) return true;
    if (entry.includes('/')) return inRange(host, entry);
    return host.endsWith(`.${entry}`) || hostAndPort.endsWith(`.${entry}`);
  });
}

function inRange(host: string, range: string): boolean {
  const [network = '', bits = ''] = range.split('/');
  const { BlockList, isIPv4, isIPv6 } = process.getBuiltinModule('node:net');
  const family = isIPv4(network) ? 'ipv4' : 'ipv6';
  const prefix = Number(bits);
  const sameFamily = family === 'ipv4' ? isIPv4(host) : isIPv6(host) && isIPv6(network);
  if (!sameFamily || !/^\d+$/.test(bits) || prefix > (family === 'ipv4' ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(network, prefix, family);
  return list.check(host, family);
}

// parity: requests.utils.get_auth_from_url
/** The Proxy-Authorization header that a proxy URL's user and password make; undefined without a user. */
export function proxyAuthorization(proxy: URL): string | undefined {
  if (!proxy.username) return undefined;
  const credentials = `${percentDecoded(proxy.username)}:${percentDecoded(proxy.password)}`;
  return `Basic ${Buffer.from(credentials, 'latin1').toString('base64')}`;
}

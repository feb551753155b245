/** Which hosts a text such as `api.example.com:8443`, `*.example.com` or `http://files.internal` means. */
export interface HostRule {
  matches(url: URL): boolean;
}

/** What such a text may look like, for messages. */
export const HOST_FORMS = 'a host, such as api.example.com, files.example.com:8443 or *.example.com; http:// before it for plain http';

const RULE = /^(?:(https?):\/\/)?(\*\.)?(\*|\[[^\][]*\]|[^\s/?#@:[\]*]+)(?::(\d{1,5}))?\/?$/i;
const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'https:': '443', 'http:': '80' };

/**
 * The rule of a text: a host, `*.` and a host for those below it, or `*` for all; a port where only that one is meant. Without a scheme
 * plain http is meant on the machine itself alone. Undefined for a text that is none of these.
 */
export function parseHostRule(text: string): HostRule | undefined {
  const [, scheme, below, host = '', port] = RULE.exec(text) ?? [];
  const name = host === '*' ? '*' : normalisedHost(host);
  if (name === undefined || (host === '*' && below !== undefined)) return undefined;
  const fits = (asked: string): boolean => name === '*' || (below === undefined ? asked === name : asked.endsWith(`.${name}`));
  return {
    matches(url) {
      const asked = hostOf(url);
      if (!fits(asked)) return false;
      if (port !== undefined && portOf(url) !== String(Number(port))) return false;
      if (scheme !== undefined) return url.protocol === `${scheme.toLowerCase()}:`;
      return url.protocol === 'https:' || isLoopback(asked);
    },
  };
}

/** The host of a URL without the dot that may end it. */
export function hostOf({ hostname }: URL): string {
  return hostname.endsWith('.') ? hostname.slice(0, -1) : hostname;
}

/** Scheme, host and port of a URL, the same for all ways to write them. */
export function originText(url: URL): string {
  return `${url.protocol}//${hostOf(url)}:${portOf(url)}`;
}

/** How a rule for the origin of a URL is written. */
export function ruleFor(url: URL): string {
  const host = hostOf(url) + (url.port === '' ? '' : `:${url.port}`);
  return url.protocol === 'https:' || isLoopback(hostOf(url)) ? host : `http://${host}`;
}

function portOf({ port, protocol }: URL): string {
  return port === '' ? (DEFAULT_PORTS[protocol] ?? '') : port;
}

/** Whether a host is the machine itself. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

function normalisedHost(host: string): string | undefined {
  const text = `https://${host}/`;
  return host !== '' && URL.canParse(text) ? hostOf(new URL(text)) : undefined;
}

import { isIP } from 'node:net';

/** Whom the server answers, told by the names that a request was sent to and from. */
export interface AllowedHosts {
  /** Why a request is refused; undefined when it may be answered. */
  refusal(headers: { readonly host?: string | undefined; readonly origin?: string | undefined }): string | undefined;
}

/** Where the server listens, and the further names that it is known by. */
export interface HostOptions {
  readonly host: string;
  readonly allowed: readonly string[];
}

/**
 * Keeps web pages away. A page can have its own name lead to this machine (DNS rebinding) and then send what it likes, but its requests bear
 * that name. So a request's Origin must be an address, localhost or an allowed name, and so must its Host where the server listens on this
 * machine alone or where names are listed; a server for others is known by names that nobody has told it.
 */
export function createAllowedHosts({ host, allowed }: HostOptions): AllowedHosts {
  const names = new Set([host, ...allowed].map((name) => name.toLowerCase()));
  const isKnown = (name: string): boolean => isIP(name) !== 0 || /(?:^|\.)localhost$/.test(name) || names.has(name);
  const asksForHost = isLoopback(host) || allowed.length > 0;
  return {
    refusal(headers) {
      if (headers.origin !== undefined && !isKnown(nameIn(headers.origin)))
        return `Requests of web pages at ${headers.origin} are refused: start serve with --allow-host to let them in.`;
      if (asksForHost && headers.host !== undefined && !isKnown(nameIn(`http://${headers.host}`)))
        return `Requests to the host ${headers.host} are refused: start serve with --allow-host to let them in.`;
      return undefined;
    },
  };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host);
}

/** The host of a URL in lower case, without brackets and port; empty for what is no URL, such as the origin `null`. */
function nameIn(url: string): string {
  return URL.canParse(url)
    ? new URL(url).hostname
        .replace(/^\[|\]$/g, '')
        .replace(/\.$/, '')
        .toLowerCase()
    : '';
}

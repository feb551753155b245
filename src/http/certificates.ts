import type { SecureContext } from 'node:tls';
import { TransportError } from './errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const VARIABLES = ['REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'SSL_CERT_FILE'] as const;

/**
 * The TLS settings when REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE or SSL_CERT_FILE name a bundle of certificate authorities (a file or
 * a folder): it is trusted beside Node's own. Undefined when none does, or only what NODE_EXTRA_CA_CERTS gave Node already.
 * Throws TransportError `tls` for a path that cannot be read.
 */
export function readCertificates(env: Environment): SecureContext | undefined {
  const bundles = new Map<string, string>();
  for (const name of VARIABLES) {
    const path = env[name];
    if (path && path !== env['NODE_EXTRA_CA_CERTS'] && !bundles.has(path)) bundles.set(path, name);
  }
  if (bundles.size === 0) return undefined;
  const tls = process.getBuiltinModule('node:tls');
  const extra = [...bundles].flatMap(([path, name]) => readBundle(name, path));
  try {
    return tls.createSecureContext({ ca: [...tls.getCACertificates('default'), ...extra] });
  } catch (cause) {
    throw unreadable([...bundles.values()].join(', '), [...bundles.keys()].join(', '), cause);
  }
}

function readBundle(variable: string, path: string): string[] {
  const { readFileSync, readdirSync, statSync } = process.getBuiltinModule('node:fs');
  try {
    if (!statSync(path).isDirectory()) return [readFileSync(path, 'utf8')];
    return readdirSync(path)
      .filter((name) => /\.(pem|crt|cer|\d)$/.test(name))
      .map((name) => readFileSync(`${path}/${name}`, 'utf8'));
  } catch (cause) {
    throw unreadable(variable, path, cause);
  }
}

function unreadable(variable: string, path: string, cause: unknown): TransportError {
  return new TransportError({
    kind: 'tls',
    what: `The certificate bundle ${path} of ${variable} cannot be read`,
    hint: `Correct ${variable} or unset it.`,
    cause,
  });
}

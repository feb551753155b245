/** What went wrong below HTTP; each kind is named after the exception class of Python's requests that it stands for in `EXCEPTION_NAMES`. */
export type TransportErrorKind =
  | 'connect_timeout'
  | 'read_timeout'
  | 'dns'
  | 'refused'
  | 'reset'
  | 'protocol'
  | 'truncated'
  | 'undecodable'
  | 'too_large'
  | 'tls'
  | 'certificate'
  | 'proxy'
  | 'too_many_redirects'
  | 'invalid_url'
  | 'missing_schema'
  | 'invalid_schema'
  | 'invalid_header'
  | 'invalid_body'
  | 'forbidden_address'
  | 'not_recorded'
  | 'forbidden_redirect'
  | 'forbidden_host'
  | 'aborted';

/** The exception classes of Python's requests by which the reference's error handlers map failures. */
export type ExceptionName =
  | 'ConnectTimeout'
  | 'ReadTimeout'
  | 'ConnectionError'
  | 'ChunkedEncodingError'
  | 'ContentDecodingError'
  | 'SSLError'
  | 'ProxyError'
  | 'TooManyRedirects'
  | 'InvalidURL'
  | 'MissingSchema'
  | 'InvalidSchema'
  | 'InvalidHeader'
  | 'InvalidJSONError'
  | 'RequestException';

// parity: requests.adapters.HTTPAdapter.send
const EXCEPTION_NAMES: Record<TransportErrorKind, ExceptionName> = {
  connect_timeout: 'ConnectTimeout',
  read_timeout: 'ReadTimeout',
  dns: 'ConnectionError',
  refused: 'ConnectionError',
  reset: 'ConnectionError',
  protocol: 'ConnectionError',
  truncated: 'ChunkedEncodingError',
  undecodable: 'ContentDecodingError',
  too_large: 'RequestException',
  tls: 'SSLError',
  certificate: 'SSLError',
  proxy: 'ProxyError',
  too_many_redirects: 'TooManyRedirects',
  invalid_url: 'InvalidURL',
  missing_schema: 'MissingSchema',
  invalid_schema: 'InvalidSchema',
  invalid_header: 'InvalidHeader',
  invalid_body: 'InvalidJSONError',
  forbidden_address: 'RequestException',
  not_recorded: 'RequestException',
  forbidden_redirect: 'RequestException',
  forbidden_host: 'RequestException',
  aborted: 'RequestException',
};

const PERMANENT: ReadonlySet<TransportErrorKind> = new Set([
  'too_large',
  'invalid_url',
  'missing_schema',
  'invalid_schema',
  'invalid_header',
  'invalid_body',
  'forbidden_address',
  'not_recorded',
  'forbidden_redirect',
  'forbidden_host',
  'aborted',
]);

const UNCONNECTED: ReadonlySet<TransportErrorKind> = new Set(['certificate', 'tls', 'refused', 'dns', 'proxy', 'connect_timeout']);

/** Whether a text names a kind of failure. */
export function isTransportErrorKind(text: string): text is TransportErrorKind {
  return Object.hasOwn(EXCEPTION_NAMES, text);
}

/** The parts of a TransportError; `where` and `what` must be redacted already. */
export interface TransportErrorInit {
  kind: TransportErrorKind;
  /** What happened, a clause without a full stop. */
  what: string;
  /** The request it happened to, e.g. `GET https://host/path`. */
  where?: string;
  /** What the reader can do about it, a sentence. */
  hint?: string;
  cause?: unknown;
}

/** A request that got no usable response; its message says what happened, to which request, and what helps. */
export class TransportError extends Error {
  readonly kind: TransportErrorKind;
  readonly what: string;
  readonly where: string | undefined;
  readonly hint: string | undefined;

  constructor({ kind, what, where, hint, cause }: TransportErrorInit) {
    const place = where === undefined ? '' : ` (${where})`;
    super(`${what}${place}${/[.!?]$/.test(what) && place === '' ? '' : '.'}${hint === undefined ? '' : ` ${hint}`}`, { cause });
    this.name = 'TransportError';
    this.kind = kind;
    this.what = what;
    this.where = where;
    this.hint = hint;
  }

  /** The name of the exception class that Python's requests raises here. */
  get exceptionName(): ExceptionName {
    return EXCEPTION_NAMES[this.kind];
  }

  /** True when nothing was sent, whatever an error handler makes of it. */
  get refused(): boolean {
    return this.kind === 'forbidden_address' || this.kind === 'not_recorded';
  }

  /** True when there was no connection to send the request over. */
  get unconnected(): boolean {
    return UNCONNECTED.has(this.kind);
  }

  /** True when the same request cannot succeed later. */
  get permanent(): boolean {
    return PERMANENT.has(this.kind);
  }
}

type Described = readonly [kind: TransportErrorKind, what: string, hint: string];

const REFUSED: Described = ['refused', 'The connection was refused', 'Check the host and the port, and that the service runs.'];
const UNREACHABLE: Described = ['refused', 'The host cannot be reached', 'Check the network, the host and the proxy settings.'];
const UNKNOWN_HOST: Described = ['dns', 'The host name cannot be resolved', 'Check the spelling of the host and the DNS settings.'];
const CONNECT_TIMEOUT: Described = [
  'connect_timeout',
  'The connection could not be made in time',
  'Check the host, the port and the network.',
];
const READ_TIMEOUT: Described = [
  'read_timeout',
  'The server sent nothing for too long',
  'The API may be slow; a longer read timeout may help.',
];
const RESET: Described = ['reset', 'The server closed the connection before it answered', 'This is usually temporary.'];
const TRUNCATED: Described = ['truncated', 'The response broke off before its end', 'This is usually temporary.'];
const BAD_HEADER: Described = ['invalid_header', 'The request cannot be sent', 'Check its path and its header names and values.'];

const GIVEN_UP: Described = ['aborted', 'The request was given up', 'The connection pool was closed.'];

const BY_CODE: Record<string, Described> = {
  ECONNREFUSED: REFUSED,
  EHOSTUNREACH: UNREACHABLE,
  ENETUNREACH: UNREACHABLE,
  EADDRNOTAVAIL: UNREACHABLE,
  ENOTFOUND: UNKNOWN_HOST,
  EAI_AGAIN: UNKNOWN_HOST,
  EAI_FAIL: UNKNOWN_HOST,
  EAI_NONAME: UNKNOWN_HOST,
  ETIMEDOUT: CONNECT_TIMEOUT,
  UND_ERR_CONNECT_TIMEOUT: CONNECT_TIMEOUT,
  UND_ERR_HEADERS_TIMEOUT: READ_TIMEOUT,
  UND_ERR_BODY_TIMEOUT: READ_TIMEOUT,
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: TRUNCATED,
  UND_ERR_ABORTED: GIVEN_UP,
  UND_ERR_CLOSED: GIVEN_UP,
  UND_ERR_DESTROYED: GIVEN_UP,
  UND_ERR_INVALID_ARG: BAD_HEADER,
  UND_ERR_NOT_SUPPORTED: BAD_HEADER,
  UND_ERR_HEADERS_OVERFLOW: ['protocol', 'The response headers are too long', 'Node accepts more with --max-http-header-size.'],
};

const CERTIFICATE_CODE = /^(CERT_|ERR_TLS_CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH|INVALID_CA|CRL_)/;
const TLS_CODE = /^(ERR_TLS|ERR_SSL|EPROTO)/;

/** What to do about a certificate, where that is not to trust another authority. */
const BY_CERTIFICATE: Readonly<Record<string, string>> = {
  ERR_TLS_CERT_ALTNAME_INVALID:
    'Check the host in the URL; if it is right, the server, or a proxy before it, has the certificate of another host.',
  CERT_HAS_EXPIRED: 'Whoever runs the server has to renew it; check the clock of this machine, too.',
  CERT_NOT_YET_VALID: 'Check the clock of this machine.',
  CERT_REVOKED: 'Whoever runs the server has to replace it.',
};
const UNTRUSTED = 'REQUESTS_CA_BUNDLE or NODE_EXTRA_CA_CERTS name further authorities to trust.';

/** The TransportError for what the client, a socket or the resolver raised; `where` is the redacted request, `inBody` says that headers had arrived. */
export function toTransportError(cause: unknown, where: string, inBody: boolean): TransportError {
  if (cause instanceof TransportError) return cause;
  const { code, message } = describe(cause);
  const [kind, what, hint] = classify(code, message, inBody);
  return new TransportError({ kind, what, where, hint, cause });
}

// OpenSSL's errors carry what they mean in `reason`; their messages hold source positions.
function describe(cause: unknown): { code: string; message: string } {
  if (!(cause instanceof Error)) return { code: '', message: String(cause) };
  const { code, reason } = cause as { code?: unknown; reason?: unknown };
  return { code: typeof code === 'string' ? code : cause.name, message: typeof reason === 'string' ? reason : cause.message };
}

function classify(code: string, message: string, inBody: boolean): Described {
  if (code === 'ETIMEDOUT' && inBody) return READ_TIMEOUT;
  const known = BY_CODE[code];
  if (known) return known[0] === 'invalid_header' ? [known[0], `${known[1]}: ${message}`, known[2]] : known;
  if (CERTIFICATE_CODE.test(code)) {
    return ['certificate', `The server's certificate is refused: ${message}`, BY_CERTIFICATE[code] ?? UNTRUSTED];
  }
  if (TLS_CODE.test(code)) return ['tls', `TLS failed: ${message}`, 'Check the scheme and the port of the URL.'];
  if (inBody) return TRUNCATED;
  if (code.startsWith('HPE_') || code === 'HTTPParserError')
    return ['protocol', `The server's answer is not HTTP: ${message}`, 'Check the scheme and the port.'];
  return RESET;
}

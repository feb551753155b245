/** A JSON object, parsed plainly. */
export type Plain = { [key: string]: unknown };

/** Headers that say which client or which connection it was. */
const CLIENT_HEADERS = new Set([
  'user-agent',
  'accept-encoding',
  'accept',
  'connection',
  'date',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'host',
]);

/** What differs on purpose; see docs/differences.md. */
const EXPECTED = [
  // A bounded read has not seen all partitions, so there is no value that all of them reached.
  /\.stream_state\.(state[.:]|lookback_window:)/,
  // Of lists of nothing but null it says so twice.
  /\.items\.type: 2 items in the reference, 1 here$/,
  // The reference changes the template itself while it fills it in.
  /^\.dynamic_streams\[\d+\]\.components_resolver\.retriever\.requester\.use_cache: true in the reference, nothing here$/,
];

/** The differences between two answers of a builder, leaving out what depends on the client and how errors are worded. */
export function differences(expected: Plain, actual: Plain): string[] {
  const [wanted, found] = [comparable(expected), comparable(actual)];
  return [...compare(wanted, found, ''), ...compareDescriptors(expected, actual), ...compareSideRequests(expected, actual)].filter(
    (line) => !EXPECTED.some((pattern) => pattern.test(line)),
  );
}

function comparable(answer: Plain): unknown {
  if ('error' in answer) return { error: true };
  if ('manifest' in answer) return withoutTimes(answer['manifest']);
  const { logs, auxiliary_requests: _, slices, ...rest } = answer;
  return {
    ...rest,
    logs: (logs as Plain[])
      .filter(isComparableLog)
      .map(({ message, level }) => `${String(level)} ${String(message)}`)
      .sort(),
    failed: (logs as Plain[]).some((log) => log['level'] === 'ERROR' && !isComparableLog(log)),
    slices: (slices as Plain[]).map(comparableSlice),
  };
}

function isComparableLog({ message }: Plain): boolean {
  return /is deprecated|marked as required/.test(String(message));
}

function comparableSlice({ pages, auxiliary_requests: auxiliary, slice_descriptor: _, ...rest }: Plain): unknown {
  return {
    ...rest,
    pages: (pages as Plain[]).map(({ records, ...exchange }) => ({ records, ...comparableExchange(exchange) })),
    auxiliary_requests: unique(auxiliary as Plain[]),
  };
}

function comparableExchange(exchange: Plain): Plain {
  const { request, response, description: _, ...rest } = exchange;
  return { ...rest, request: withComparableHeaders(request as Plain | null), response: withComparableHeaders(response as Plain | null) };
}

function withComparableHeaders(message: Plain | null): unknown {
  if (message === null) return null;
  const headers = Object.entries((message['headers'] ?? {}) as Plain).filter(([name]) => !CLIENT_HEADERS.has(name.toLowerCase()));
  return { ...message, headers: Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])) };
}

/** Slices under another name than in the reference, which gives the first ones the names of later ones now and then. */
function compareDescriptors({ slices: expected = [] }: Plain, { slices: actual = [] }: Plain): string[] {
  const names = (actual as Plain[]).map((slice) => slice['slice_descriptor']);
  return (expected as Plain[])
    .map((slice) => slice['slice_descriptor'])
    .filter((name) => !names.some((other) => compare(name, other, '').length === 0))
    .map((name) => `.slices: ${shown(name)} only in the reference`);
}

/**
 * What is wrong with the side requests: the reference may read parents further ahead than it needs, and obtains a token for a stream and
 * for its parent.
 */
function compareSideRequests({ auxiliary_requests: expected = [] }: Plain, { auxiliary_requests: actual = [] }: Plain): string[] {
  const [wanted, found] = [unique(expected as Plain[]), unique(actual as Plain[])] as [Plain[], Plain[]];
  const isIn = (list: readonly Plain[], request: Plain): boolean => list.some((other) => compare(other, request, '').length === 0);
  const isMissing = (request: Plain): boolean => !found.some((other) => compare(request, other, '').length === 0);
  return [
    ...found.filter((request) => !isIn(wanted, request)).map((request) => `.auxiliary_requests: only here ${shown(request)}`),
    ...wanted
      .filter(
        (request) => request['type'] !== 'PARENT_STREAM' && isMissing(request) && !found.some((other) => isForSameToken(request, other)),
      )
      .map((request) => `.auxiliary_requests: only in the reference ${shown(request)}`),
  ];
}

function isForSameToken(one: Plain, other: Plain): boolean {
  return one['type'] === 'AUTH' && compare(one['request'], other['request'], '').length === 0;
}

/** Side requests, each once: whether a token is asked for once or by each authenticator is no matter. */
function unique(requests: readonly Plain[]): unknown[] {
  return [...new Map(requests.map((request) => [JSON.stringify(comparableExchange(request)), comparableExchange(request)])).entries()]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, request]) => request);
}

function withoutTimes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTimes);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== 'migrated_at')
      .map(([key, item]) => [key, withoutTimes(item)]),
  );
}

function compare(expected: unknown, actual: unknown, at: string): string[] {
  if (Array.isArray(expected) && Array.isArray(actual)) {
    const lengths = expected.length === actual.length ? [] : [`${at}: ${expected.length} items in the reference, ${actual.length} here`];
    return [...lengths, ...expected.slice(0, actual.length).flatMap((item, index) => compare(item, actual[index], `${at}[${index}]`))];
  }
  if (isObject(expected) && isObject(actual)) {
    // The reference masks secrets in its own words too.
    if (Object.keys(expected).some((key) => key.includes(MASK))) return [];
    const keys = new Set([...Object.keys(expected), ...Object.keys(actual)]);
    return [...keys].flatMap((key) => compare(expected[key], actual[key], `${at}.${key}`));
  }
  return isSame(expected, actual) ? [] : [`${at}: ${shown(expected)} in the reference, ${shown(actual)} here`];
}

/** Whether two values are equal, where each side may mask more than the other. */
function isSame(expected: unknown, actual: unknown): boolean {
  if (expected === actual || typeof expected !== 'string' || typeof actual !== 'string') return expected === actual;
  // The charset of bytes that are no text is anybody's guess.
  if (/[\0\uFFFD]/.test(expected)) return true;
  return (expected + actual).includes(MASK) && isAlike(expected, actual);
}

const MASK = '****';

/** Whether texts begin and end alike, as far as neither of them is masked. */
function isAlike(one: string, other: string): boolean {
  const start = Math.min(...[one, other].map((text) => (text.includes(MASK) ? text.indexOf(MASK) : text.length)));
  const end = Math.min(
    ...[one, other].map((text) => (text.includes(MASK) ? text.length - text.lastIndexOf(MASK) - MASK.length : text.length)),
  );
  return one.slice(0, start) === other.slice(0, start) && one.slice(one.length - end) === other.slice(other.length - end);
}

function isObject(value: unknown): value is Plain {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 160 ? `${text.slice(0, 160)}...` : text;
}

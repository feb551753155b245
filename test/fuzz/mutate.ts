import type { Json, JsonObject } from '../../src/lib/json.ts';
import { isPlainObject } from '../../src/lib/objects.ts';
import type { Random } from '../random.ts';

const nested = (depth: number, wrap: (inner: Json) => Json): Json => {
  let value: Json = 1;
  for (let level = 0; level < depth; level += 1) value = wrap(value);
  return value;
};

/** An object with a key that literals and assignments would take for something else. */
const keyed = (key: string, value: Json): JsonObject => JSON.parse(`{${JSON.stringify(key)}: ${JSON.stringify(value)}}`) as JsonObject;

const LOOP = '{% for a in x %}{% for b in x %}{% for c in x %}{% for d in x %}{{ a }}{% endfor %}{% endfor %}{% endfor %}{% endfor %}';

/** Values that nobody expects where they come. */
const HOSTILE: readonly (() => Json)[] = [
  () => null,
  () => true,
  () => 0,
  () => -1,
  () => 1e308,
  () => Number.MAX_SAFE_INTEGER + 2,
  () => 1.5,
  () => '',
  () => ' ',
  () => '\u0000',
  () => '\ud800',
  () => '99999999999999999999999999',
  () => '1e400',
  () => 'NaN',
  () => 'x'.repeat(200_000),
  () => [],
  () => ({}),
  () => [null],
  () => [[], [[]], {}],
  () => nested(300, (inner) => [inner]),
  () => nested(3000, (inner) => [inner]),
  () => nested(3000, (inner) => ({ a: inner })),
  () => Array.from({ length: 20_000 }, (_, index) => index),
  () => keyed('__proto__', { polluted: true }),
  () => keyed('constructor', { prototype: { polluted: true } }),
  () => keyed('toString', 1),
  () => keyed('', 1),
  () => ({ $ref: '#' }),
  () => ({ $ref: '#/definitions' }),
  () => ({ $parameters: { type: 'HttpRequester', name: 5 } }),
  () => ({ type: 'DeclarativeStream' }),
  () => '{{ ',
  () => '{{ config',
  () => '{% for %}',
  () => "{{ 'a' * 10000000000 }}",
  () => "{{ ['a' * 1000000] * 1000000 }}",
  () => '{{ 9 ** 9 ** 9 ** 9 }}',
  () => `{% set x = ['a' * 1000] * 1000 %}${LOOP}`,
  () => '{{ config.__class__.__mro__ }}',
  () => '{{ config }}{{ config }}',
  () => "{{ ('a' * 60 ~ '!') | regex_search('(a+)+$') }}",
  () => "{{ ('a' * 5000) | regex_search('a*a*a*a*a*(b)') }}",
  () => `${'{{ '.repeat(5000)}${' }}'.repeat(5000)}`,
  () => `{{ ${'('.repeat(5000)}1${')'.repeat(5000)} }}`,
  () => '(a+)+$',
  () => '[',
  () => '*',
  () => '**',
  () => '9999-12-31T23:59:59Z',
  () => '0000-00-00',
  () => 'P9999999Y',
  () => '%',
  () => '%Y-%m-%dT%H:%M:%S.%f%z%%%',
  () => 'file:///etc/passwd',
  () => 'http://[::1',
  () => 'http://',
  () => '../../../../etc/passwd',
  () => '\r\nX-Injected: 1',
];

const ODD_KEYS = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '',
  'length',
  '$ref',
  '$parameters',
  'type',
  '\u0000',
  'x'.repeat(5000),
];

interface Place {
  readonly parent: JsonObject | Json[];
  readonly key: string;
}

/** Every place of a document, however deep: what hostile values are made of may be too deep for calls within calls. */
function placesIn(document: Json): Place[] {
  const places: Place[] = [];
  const open: Json[] = [document];
  for (let parent = open.pop(); parent !== undefined; parent = open.pop()) {
    if (!Array.isArray(parent) && !isPlainObject(parent)) continue;
    for (const [key, item] of Object.entries(parent)) {
      places.push({ parent: parent as JsonObject | Json[], key });
      open.push(item as Json);
    }
  }
  return places;
}

/** A copy of a document in which some places hold what nobody expects there; `parts` are put in too. */
export function mutate(document: Json, random: Random, parts: readonly Json[] = []): Json {
  if (random.chance(0.03)) return random.pick(HOSTILE)();
  const copy = structuredClone(document);
  for (let left = random.pick([1, 1, 2, 4]); left > 0; left -= 1) {
    const places = placesIn(copy);
    if (places.length === 0) return random.pick(HOSTILE)();
    change(random.pick(places), random, parts, places);
  }
  return copy;
}

function change({ parent, key }: Place, random: Random, parts: readonly Json[], places: readonly Place[]): void {
  const holder = parent as Record<string, Json>;
  const put = (value: Json): void =>
    void Object.defineProperty(holder, key, { value, enumerable: true, writable: true, configurable: true });
  random.pick([
    () => put(random.pick(HOSTILE)()),
    () => put(random.pick(HOSTILE)()),
    () => put([holder[key] as Json]),
    () => put({ [key]: holder[key] as Json }),
    () => put(structuredClone(random.pick(places).parent)),
    () => put(parts.length === 0 ? null : structuredClone(random.pick(parts))),
    () => {
      if (Array.isArray(parent)) parent.splice(Number(key), 1);
      else delete holder[key];
    },
    () => {
      if (Array.isArray(parent)) parent.push(...parent.slice(0, 3));
      else
        Object.defineProperty(holder, random.pick(ODD_KEYS), { value: holder[key], enumerable: true, writable: true, configurable: true });
    },
  ])();
}

/** A text that is no document any more, or one that a parser may choke on. */
export function mangle(text: string, random: Random): string | Buffer {
  const at = random.between(0, text.length);
  return random.pick<() => string | Buffer>([
    () => text.slice(0, at),
    () =>
      `${text.slice(0, at)}${random.pick(['\u0000', '}', '"', '\\', '\ufeff', '{{', '\t', ':', '- ', '&a *a', '!!js/function x'])}${text.slice(at)}`,
    () => `\ufeff${text}`,
    () => Buffer.concat([Buffer.from(text.slice(0, at)), Buffer.from([0xff, 0xfe, 0xc0]), Buffer.from(text.slice(at))]),
    () => '['.repeat(100_000),
    () => '{"a":'.repeat(100_000),
    () => `{"a": ${'1'.repeat(100_000)}}`,
    () => '{"a": 1e999999999, "b": -0, "c": 1E-999999999}',
    () => '{"a": 1, "a": {"a": 2}, "__proto__": {"polluted": 1}}',
    () => '',
    () => 'null',
    () => '"text"',
    () => Buffer.from(text, 'utf16le'),
    () => text.replaceAll(/\d+/g, '9'.repeat(40)),
    () => text.repeat(2),
  ])();
}

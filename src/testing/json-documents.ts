import type { JsonObject } from '../lib/json.ts';
import { Random } from './random.ts';

/** What generated documents hold their records under, and what is done with each record. */
export interface DocumentCase {
  readonly bytes: Buffer;
  readonly path: readonly string[];
  /** Fields that are looked at. */
  readonly fields: readonly string[];
  /** A field that is added, which records may have already. */
  readonly added: string | undefined;
  /** A field in which another one is set, and one that is dropped. */
  readonly nested: string | undefined;
  readonly dropped: string | undefined;
  /** The schema that records are fitted to, where there is one. */
  readonly schema: JsonObject | undefined;
}

const NAMES = [
  'id',
  'name',
  'a',
  'data',
  'updated_at',
  'ünï',
  'x y',
  '__proto__',
  'constructor',
  'a\\u0062',
  'q\\"q',
  '',
  'toString',
  '0',
  '1',
];
const NUMBERS = [
  '0',
  '-0',
  '1',
  '1.0',
  '-12.50',
  '1e5',
  '2E-3',
  '12345678901234567890',
  '9007199254740993',
  '0.1',
  '1700000000000',
  '1E400',
  '-7',
];
const TEXTS = [
  '',
  'abc',
  'ü',
  '機械 🚀',
  '\\n\\t\\\\',
  '\\u00e9',
  '\\ud83d\\ude00',
  '\\ud800',
  '\u2028',
  '\u2029x',
  '\u0085',
  '\u00a0',
  '}{][,:',
  'null',
  '\\/',
];
const TYPES = ['string', 'number', 'integer', 'boolean', 'array', 'object'];
const BLANKS = ['', '', '', '', ' ', '  ', '\n', '\t', '\r\n '];

/** Makes documents of any JSON there is, some of them damaged; the same for the same seed. */
export function documentOf(seed: number): DocumentCase {
  const random = new Random(seed);
  const blank = random.chance(0.7) ? (): string => '' : (): string => random.pick(BLANKS);
  const text = (): string => `"${random.pick(TEXTS)}${random.chance(0.1) ? 'x'.repeat(random.below(80)) : ''}"`;
  const list = (depth: number): string => `[${blank()}${many(4, () => value(depth + 1))}${blank()}]`;
  const key = (): string => `"${random.pick(NAMES)}"`;
  const object = (depth: number, names = key): string =>
    `{${blank()}${many(6, () => `${names()}${blank()}:${blank()}${value(depth + 1)}`)}${blank()}}`;
  const many = (most: number, make: () => string): string =>
    Array.from({ length: random.below(most) }, () => `${make()}${blank()}`).join(`,${blank()}`);
  function value(depth: number): string {
    const kind = random.below(depth > 3 ? 5 : 7);
    if (kind === 0) return 'null';
    if (kind === 1) return random.pick(['true', 'false']);
    if (kind === 2) return random.pick(NUMBERS);
    if (kind <= 4) return text();
    return kind === 5 ? list(depth) : object(depth);
  }

  const path = random.pick([['data'], ['data'], ['result', 'items'], ['a', 'data', 'x y']]);
  const records = `[${blank()}${many(random.pick([1, 3, 12]), () => (random.chance(0.02) ? value(2) : object(1)))}${blank()}]`;
  const others = (): string => (random.chance(0.5) ? '' : many(3, () => `"${random.pick(['next', 'more', 'z', 'data'])}":${value(2)}`));
  const inside = path.reduceRight(
    (inner, name) => {
      const [before, after] = [others(), others()];
      const own = `"${name}"${blank()}:${blank()}${inner}`;
      return `{${blank()}${[before, own, after].filter((part) => part !== '').join(',')}${blank()}}`;
    },
    random.chance(0.03) ? value(1) : records,
  );
  const bytes = damage(Buffer.from(blank() + inside + blank()), random);
  const fields = random.chance(0.3) ? [] : [random.pick(['id', 'updated_at', 'ünï', 'name'])];
  const sometimes = <T>(chance: number, make: () => T): T | undefined => (random.chance(chance) ? make() : undefined);
  const propertiesOf = (depth: number): JsonObject =>
    Object.fromEntries(NAMES.filter(() => random.chance(0.4)).map((name) => [JSON.parse(`"${name}"`), schemaOf(depth)]));
  function schemaOf(depth: number): JsonObject {
    const type = random.pick(TYPES);
    return {
      ...(random.chance(0.1) ? {} : { type: random.chance(0.3) ? ['null', type] : type }),
      ...(depth < 3 && random.chance(0.4) ? { properties: propertiesOf(depth + 1) } : {}),
      ...(depth < 3 && random.chance(0.4) ? { items: random.chance(0.2) ? [schemaOf(depth + 1)] : schemaOf(depth + 1) } : {}),
      ...(random.chance(0.03) ? { $ref: '#' } : {}),
    };
  }
  return {
    bytes,
    path,
    fields,
    added: sometimes(0.5, () => random.pick(['cursor', 'id', 'a'])),
    nested: sometimes(0.3, () => random.pick(['meta', 'a', 'name', 'data'])),
    dropped: sometimes(0.3, () => random.pick(['id', 'name', 'gone', 'ünï'])),
    schema: sometimes(0.4, () => ({ properties: propertiesOf(0) })),
  };
}

function damage(bytes: Buffer, random: Random): Buffer {
  if (random.chance(0.85) || bytes.length < 3) return bytes;
  const at = random.below(bytes.length);
  switch (random.below(5)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)]);
    case 2:
      return Buffer.concat([bytes.subarray(0, at), Buffer.from([random.below(256)]), bytes.subarray(at)]);
    case 3:
      return Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]);
    default:
      return Buffer.concat([bytes, Buffer.from(random.pick([',', '}', ' {}', '\u0000']))]);
  }
}

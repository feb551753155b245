import type { JsonObject } from '../src/lib/json.ts';
import { Float } from '../src/lib/json.ts';

/** The context of every random template. */
export const FUZZ_CONTEXT: JsonObject = {
  config: {
    n: 7,
    zero: 0,
    neg: -3,
    f: 2.5,
    whole: new Float(12),
    big: 12345678901234567890n,
    s: 'Hello World',
    digits: '0042',
    num: '42.9',
    empty: '',
    uni: 'Ünï 😀 ß',
    quote: 'it\'s "x"\\y\n',
    date: '2024-02-29T23:59:58Z',
    html: '<b a="1">&amp; x</b>',
    yes: true,
    no: false,
    nul: null,
    list: [3, 1, 2],
    words: ['b', 'A', 'c', 'a'],
    mixed: [1, 'a', null, 2.5, true],
    nested: [[1, 2], [3], []],
    users: [
      { name: 'Bo', age: 30, active: true, tag: { k: 'x' } },
      { name: 'al', age: 25, active: false, tag: { k: 'y' } },
      { name: 'Cy', age: 30, active: true },
    ],
    d: { a: 1, b: 'two', items: 3 },
    emptyd: {},
    emptyl: [],
  },
  record: { id: 5, ts: 1706659200, price: '12.50', tags: ['x', 'y'], meta: { a: { b: [10, 20] }, null: null } },
  stream_slice: { $slice: { partition: { pid: '00123' }, cursor_slice: { start: '2024-01-01' }, extra_fields: { e: 1 } } },
};

type Random = () => number;

/** A generator of numbers from 0 to 1 that gives the same ones for the same seed. */
function randomFrom(seed: number): Random {
  let state = (seed * 2654435761) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Creates a generator of random templates. */
export function createGenerator(seed: number): () => string {
  const grammar = new Grammar(randomFrom(seed));
  return () => grammar.template();
}

const CONFIG_KEYS = Object.keys(FUZZ_CONTEXT['config'] as JsonObject);
const NUMBERS = [
  '0',
  '1',
  '2',
  '-1',
  '3',
  '10',
  '7',
  '0.5',
  '1.0',
  '2.675',
  '1e3',
  '1_000',
  '0x1F',
  '100',
  '2.5',
  '-0.0',
  '99999999999999999999',
];
const TEXTS = [
  "'a'",
  "''",
  "'abc'",
  '"it\'s"',
  "'5'",
  "'1.5'",
  "'x y z'",
  "'a-b_c'",
  "'2024-01-31'",
  "'ÄÖ😀'",
  "'{}'",
  "'%s'",
  "'%d-%05.1f'",
  "'{0} {x}'",
  "'\\\\n\\n\\t'",
  "'[1, 2]'",
  "'True'",
  "'<a>'",
  "','",
  "' pad '",
  "'aXbXc'",
];
const FORMATS = ["'%Y-%m-%d'", "'%s'", "'%ms'", "'%d/%m/%Y %H:%M:%S'", "'%B %j'", "'%Y-%m-%dT%H:%M:%S.%f%z'", "'%_ms'", "'%y%U%a'"];
const REGEXES = ["'(\\\\w+)'", "'([0-9]+)'", "'a(b)?'", "'l+'", "'(?P<n>o) ?(\\\\w)'", "'(?i)h(.)'", "'^$'", "'[^a-z]'", "'('"];
const BINARY = ['+', '-', '*', '/', '//', '%', '~', '==', '!=', '<', '<=', '>', '>=', 'in', 'not in', 'and', 'or'];
const TESTS = [
  'defined',
  'undefined',
  'none',
  'boolean',
  'true',
  'false',
  'integer',
  'float',
  'number',
  'string',
  'mapping',
  'sequence',
  'iterable',
  'callable',
  'lower',
  'upper',
  'odd',
  'even',
  'escaped',
];
const TESTS_WITH_ARGUMENT = ['divisibleby', 'sameas', 'in', 'eq', 'ne', 'gt', 'ge', 'lt', 'le'];
const PLAIN_FILTERS = [
  'abs',
  'capitalize',
  'count',
  'dictsort',
  'e',
  'escape',
  'filesizeformat',
  'first',
  'float',
  'int',
  'items',
  'join',
  'last',
  'length',
  'list',
  'lower',
  'max',
  'min',
  'pprint',
  'reverse',
  'round',
  'safe',
  'sort',
  'striptags',
  'sum',
  'title',
  'trim',
  'unique',
  'upper',
  'urlencode',
  'urlize',
  'wordcount',
  'tojson',
  'string',
  'hash',
  'base64encode',
  'base64decode',
  'default',
  'xmlattr',
  'forceescape',
  'indent',
  'wordwrap',
];
const PLAIN_METHODS = [
  'upper',
  'lower',
  'title',
  'strip',
  'split',
  'splitlines',
  'isdigit',
  'isalpha',
  'capitalize',
  'swapcase',
  'casefold',
  'items',
  'keys',
  'values',
  'copy',
  'isoformat',
  'bit_length',
  'is_integer',
  'encode',
  'lstrip',
  'isspace',
  'timestamp',
  'pop',
];
const METHODS_WITH_TEXT = [
  'split',
  'rsplit',
  'startswith',
  'endswith',
  'find',
  'count',
  'index',
  'strip',
  'partition',
  'rpartition',
  'get',
  'join',
  'removeprefix',
  'lstrip',
  'rstrip',
  'rfind',
  'append',
  'strftime',
];
const SEQUENCE_FILTERS = [
  "map('upper')",
  "map('int')",
  "map(attribute='name')",
  "map('string')",
  "select('odd')",
  'select',
  "reject('none')",
  "selectattr('active')",
  "selectattr('age', 'gt', 26)",
  "rejectattr('tag')",
  "groupby('age')",
  'batch(2)',
  "batch(2, 'x')",
  'slice(2)',
  "sort(attribute='age')",
  'sort(reverse=true)',
  "sum(attribute='age')",
  "unique(attribute='age')",
  "join(', ')",
  "join('-', attribute='name')",
  "map('default', 0)",
  "max(attribute='age')",
  "select('in', [1, 2])",
];

class Grammar {
  readonly #random: Random;
  #locals: string[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  template(): string {
    this.#locals = [];
    switch (this.#number(10)) {
      case 0:
        return `${this.#text()}${this.#output()}`;
      case 1:
        return `${this.#output()}${this.#text()}${this.#output()}`;
      case 2:
        return this.#statement(2) + this.#output();
      case 3:
        return `${this.#statement(2)}${this.#statement(1)}`;
      default:
        return this.#output();
    }
  }

  #number(below: number): number {
    return Math.floor(this.#random() * below);
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.#number(items.length)] as T;
  }

  #output(): string {
    return `{{ ${this.#expression(1 + this.#number(4))} }}`;
  }

  #text(): string {
    return this.#pick(['x', ' ', '-', ',', '.', '[', ']', "'", '1', '{', 'a\n', '\n', '{# note #}', '5', ': ', '/']);
  }

  #statement(depth: number): string {
    const inner = (): string => (depth > 0 && this.#number(2) === 0 ? this.#statement(depth - 1) : this.#output() + this.#text());
    switch (this.#number(9)) {
      case 0:
        return `{% if ${this.#expression(2)} %}${inner()}{% elif ${this.#expression(1)} %}${inner()}{% else %}${inner()}{% endif %}`;
      case 1: {
        const iterable = this.#expression(2);
        this.#locals.push('it');
        const body = inner();
        return `{% for it in ${iterable} %}${body}{{ loop.index }}${this.#pick(['', '{{ loop.last }}', '{{ loop.revindex }}', "{{ loop.cycle('a', 'b') }}"])}{% else %}none{% endfor %}`;
      }
      case 2: {
        const name = this.#pick(['v', 'w']);
        const text = `{% set ${name} = ${this.#expression(2)} %}`;
        this.#locals.push(name);
        return text;
      }
      case 3: {
        const body = inner();
        this.#locals.push('blk');
        return `{% set blk %}${body}{% endset %}`;
      }
      case 4:
        return `{% filter ${this.#pick(['upper', 'title', 'trim', 'length', 'replace("a", "b")'])} %}${inner()}{% endfilter %}`;
      case 5:
        return `{% macro m(p, q=${this.#expression(1)}) %}{{ p }}|{{ q }}{% endmacro %}{{ m(${this.#expression(1)}) }}`;
      case 6:
        return `{% with z = ${this.#expression(2)} %}{{ z }}${inner()}{% endwith %}`;
      case 7:
        return `{% set ns = namespace(n=${this.#expression(1)}) %}{% for i in config.list %}{% set ns.n = ns.n ${this.#pick(['+', '~', '*'])} i %}{% endfor %}{{ ns.n }}`;
      default:
        return `{%- if ${this.#expression(1)} -%} ${inner()} {%- endif +%}`;
    }
  }

  #expression(depth: number): string {
    if (depth <= 0) return this.#atom();
    const next = (): string => this.#expression(depth - 1);
    switch (this.#number(17)) {
      case 0:
      case 1:
        return this.#atom();
      case 2:
      case 3:
        return `${this.#operand(depth)} ${this.#pick(BINARY)} ${this.#operand(depth)}`;
      case 4:
        return `${this.#operand(depth)} | ${this.#filter(depth)}`;
      case 5:
        return `${this.#operand(depth)} | ${this.#pick(PLAIN_FILTERS)}${this.#pick(['', '', ' | list', ' | string', ' | length', " | join(',')"])}`;
      case 6:
        return `${this.#operand(depth)} is ${this.#pick(['', 'not '])}${this.#test()}`;
      case 7:
        return `${next()} if ${next()} else ${next()}`;
      case 8:
        return `${this.#operand(depth)}.${this.#method(depth)}`;
      case 9:
        return `${this.#operand(depth)}[${this.#subscript()}]`;
      case 10:
        return `[${next()}, ${next()}]`;
      case 11:
        return `{${this.#pick(TEXTS)}: ${next()}, ${this.#pick([...TEXTS, '1', 'true', 'none'])}: ${next()}}`;
      case 12:
        return `(${next()}, ${next()})`;
      case 13:
        return this.#macroCall(depth);
      case 14:
        return `${this.#pick(['-', '+', 'not '])}${this.#operand(depth)}`;
      case 15:
        return `${this.#operand(depth)} ** ${this.#pick(['2', '0', '-1', '0.5', '3', 'none', 'config.neg'])}`;
      default:
        return `${this.#users()} | ${this.#pick(SEQUENCE_FILTERS)}${this.#pick(['', ' | list', ' | list', ' | first', ' | length'])}`;
    }
  }

  #users(): string {
    return this.#pick(['config.users', 'config.list', 'config.words', 'config.mixed', 'config.nested', 'record.tags', "'abc'", 'config.d']);
  }

  #operand(depth: number): string {
    const inner = this.#expression(depth - 1);
    return this.#number(3) === 0 && depth < 2 ? inner : `(${inner})`;
  }

  #atom(): string {
    switch (this.#number(9)) {
      case 0:
        return this.#pick(NUMBERS);
      case 1:
        return this.#pick(TEXTS);
      case 2:
        return this.#pick(['true', 'false', 'none', 'True', '[]', '{}', '()', '[1, 2, 3]', "{'a': 1}", '(1,)', "['a', 'b']"]);
      case 3:
        return this.#pick([
          'record.id',
          "record['price']",
          'record.meta.a.b[1]',
          'record.tags',
          "record['meta']",
          'record.nope',
          'record.nope.x',
          'record.ts',
        ]);
      case 4:
        return this.#pick([
          'stream_slice.pid',
          "stream_partition['pid']",
          'stream_interval.start',
          'stream_slice.partition',
          'stream_slice.extra_fields',
          'stream_slice.nope',
          "config['nope']",
        ]);
      case 5:
        return this.#locals.length > 0 ? this.#pick(this.#locals) : `config.${this.#pick(CONFIG_KEYS)}`;
      default:
        return this.#number(2) === 0 ? `config.${this.#pick(CONFIG_KEYS)}` : `config['${this.#pick(CONFIG_KEYS)}']`;
    }
  }

  #subscript(): string {
    return this.#pick([
      '0',
      '-1',
      '1',
      '5',
      "'a'",
      "'name'",
      '1:',
      ':2',
      '::-1',
      '-2:',
      '0:5:2',
      "'items'",
      'config.zero',
      'true',
      'none',
      '1.0',
      'config.n',
      "'upper'",
      '::0',
    ]);
  }

  #test(): string {
    return this.#number(2) === 0 ? this.#pick(TESTS) : `${this.#pick(TESTS_WITH_ARGUMENT)}(${this.#atom()})`;
  }

  #method(depth: number): string {
    if (this.#number(2) === 0) return `${this.#pick(PLAIN_METHODS)}()`;
    switch (this.#number(6)) {
      case 0:
        return `replace(${this.#pick(TEXTS)}, ${this.#pick(TEXTS)})`;
      case 1:
        return `${this.#pick(['zfill', 'center', 'ljust', 'rjust'])}(${this.#pick(['5', '12', '0', config('n')])})`;
      case 2:
        return `format(${this.#atom()}, x=${this.#atom()})`;
      case 3:
        return `get(${this.#pick(TEXTS)}, ${this.#expression(depth - 1)})`;
      default:
        return `${this.#pick(METHODS_WITH_TEXT)}(${this.#number(4) === 0 ? this.#atom() : this.#pick(TEXTS)})`;
    }
  }

  #filter(depth: number): string {
    const value = (): string => this.#expression(Math.min(1, depth - 1));
    return this.#pick([
      `default(${value()})`,
      `default(${value()}, true)`,
      `d(${value()}, boolean=${this.#pick(['true', 'false'])})`,
      `int(${this.#pick(['0', '5', 'none', "'x'"])}${this.#pick(['', ', 16', ', 2', ', base=0'])})`,
      `float(${this.#atom()})`,
      `round(${this.#pick(['0', '1', '2', '-1', 'none'])}${this.#pick(['', ", 'floor'", ", 'ceil'", ", method='common'", ", 'x'"])})`,
      `replace(${this.#pick(TEXTS)}, ${this.#atom()}${this.#pick(['', ', 1'])})`,
      `join(${this.#atom()})`,
      `truncate(${this.#pick(['5', '8', '255'])}${this.#pick(['', ', true', ", false, ''", ', leeway=0'])})`,
      `trim(${this.#pick(TEXTS)})`,
      `center(${this.#pick(['5', '20'])})`,
      `format(${this.#atom()}, ${this.#atom()})`,
      `hash(${this.#pick(["'sha256'", "'md5', 'salt'", "'nope'", '5'])})`,
      `hmac(${this.#atom()})`,
      `regex_search(${this.#pick(REGEXES)})`,
      `regex_replace(${this.#pick(REGEXES)}, ${this.#pick(["'-'", "'<\\\\1>'", "'\\\\g<0>'", "''"])})`,
      `tojson(${this.#pick(['', 'indent=2', 'none'])})`,
      `attr(${this.#pick(["'upper'", "'a'", "'items'", "'real'"])})`,
      `indent(${this.#pick(['2', "'> '", '4, true', '2, blank=true'])})`,
      `wordwrap(${this.#pick(['5', '8', '3, false', "10, wrapstring='|'"])})`,
      `filesizeformat(${this.#pick(['', 'true'])})`,
      `dictsort(${this.#pick(['', 'true', "by='value'", 'reverse=true'])})`,
      `sort(${this.#pick(['', 'true', 'case_sensitive=true', "attribute='name'", "attribute='age,name'"])})`,
      `min(${this.#pick(['', 'true', "attribute='age'"])})`,
      `sum(${this.#pick(['', "'age'", 'start=1', 'start=config.f'])})`,
      `select(${this.#pick(["'defined'", "'gt', 1", "'string'", "'nope'"])}) | list`,
      `map(${this.#pick(["'length'", "'nope'", "attribute='tag.k', default='?'", 'attribute=0', "'replace', 'a', 'b'"])}) | list`,
      `batch(${this.#pick(['2', '3, 0', '0'])}) | list`,
      `slice(${this.#pick(['2', '3, none', '3, 0', '0'])}) | list`,
      `string`,
      `urlize(${this.#pick(['', '5', 'nofollow=true', "target='_b'"])})`,
      `unique(${this.#pick(['', 'true'])}) | list`,
    ]);
  }

  #macroCall(depth: number): string {
    const value = (): string => this.#expression(depth - 1);
    return this.#pick([
      `max(${value()}, ${value()})`,
      `min(${value()})`,
      `timestamp(${value()})`,
      `timestamp(${this.#pick(["'2024-01-31'", "'2024-01-31T01:02:03.5+02:00'", 'config.date', 'record.ts'])})`,
      `str_to_datetime(${this.#pick(['config.date', "'2024-02-29'", "'2024W051'", "'x'", 'none'])})`,
      `format_datetime(${this.#pick(['config.date', 'record.ts', "'2024-02-29'", 'now_utc()', 'config.nope', 'none', value()])}, ${this.#pick(FORMATS)})`,
      `format_datetime(${this.#pick(["'31/01/2024'", "'1706659200'", '1706659200000'])}, ${this.#pick(FORMATS)}, ${this.#pick(["'%d/%m/%Y'", "'%s'", "'%ms'"])})`,
      `day_delta(${this.#pick(['-1', '25', '0.5', 'config.n', 'none'])}${this.#pick(['', `, ${this.#pick(FORMATS)}`])})`,
      `now_utc() ${this.#pick(['-', '+'])} duration(${this.#pick(["'P1D'", "'P1M'", "'PT5M'", "'P1Y2M'", "'x'"])})`,
      `duration(${this.#pick(["'P1D'", "'P1M'", "'-PT5M'", "'P2W'", value()])})`,
      `(now_utc() - str_to_datetime('2024-02-29')).${this.#pick(['days', 'seconds', 'total_seconds()', 'microseconds'])}`,
      `today_utc()${this.#pick(['', '.year', '.isoformat()', ".strftime('%d')"])}`,
      `sanitize_url(${value()})`,
      `camel_case_to_snake_case(${this.#pick(["'CamelCaseÄB'", value()])})`,
      `dict(a=${value()}, b=${value()})`,
      `dict(${value()})`,
      `now_utc().${this.#pick(['year', 'isoformat()', "strftime('%Y-%m-%d')", 'timestamp()', 'date()', 'weekday()', 'replace(day=1)', 'tzinfo'])}`,
    ]);
  }
}

function config(name: string): string {
  return `config.${name}`;
}

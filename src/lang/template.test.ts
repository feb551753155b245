import { describe, expect, it } from 'vitest';
import { Float } from '../lib/json.ts';
import { createTemplates, TemplateError, type Value } from './index.ts';
import { HostMapping, makeTuple } from './values.ts';

const NOW = 1_768_480_496_789_012n;
const templates = createTemplates({ now: () => NOW });

const CONFIG: Value = {
  n: 7,
  whole: new Float(12),
  s: 'Hello',
  digits: '42',
  zeros: '0042',
  nul: null,
  yes: true,
  empty: '',
  list: [3, 1, 2],
  users: [
    { name: 'Bo', age: 30 },
    { name: 'al', age: 25 },
  ],
  template: "{{ config['n'] }}",
};
const CONTEXT = { config: CONFIG, record: { id: 5, items: 'own', tags: ['x'], none: null }, stream_slice: { start: '2024-01-01' } };

function evaluate(text: string): Value {
  return templates.compile(text).evaluate(CONTEXT);
}

function errorOf(action: () => unknown): TemplateError {
  try {
    action();
  } catch (error) {
    if (error instanceof TemplateError) return error;
    throw error;
  }
  throw new Error('nothing was raised');
}

describe('results', () => {
  it.each<[string, Value]>([
    ['plain', 'plain'],
    ['42', 42],
    ['1.50', 1.5],
    ["{'a': 1}", { a: 1 }],
    ['1,2', makeTuple(1, 2)],
    ['true', 'true'],
    ['True', true],
    ['{{ config.n }}', 7],
    ['{{ config.n }}{{ config.n }}', 77],
    ['-{{ config.n }}', -7],
    ['{{ config.whole }}', new Float(12)],
    ['{{ config.digits }}', 42],
    ['{{ config.zeros }}', '0042'],
    ['{{ config.nul }}', null],
    ['{{ config.empty }}', null],
    ['{{ config.nope }}', null],
    ['{{ config.nope.deeper }}', null],
    ['{{ config.yes }}', true],
    ['{{ config.list }}', [3, 1, 2]],
    ['x{{ config.list }}', 'x[3, 1, 2]'],
    ['{{ [config.nope] }}', '[Undefined]'],
    ['{{ config.template }}', "{{ config['n'] }}"],
    ['{{ 1e400 }}', 'inf'],
    ['{{ 2 ** 64 }}', 18446744073709551616n],
    ['{{ none < 1 }}', '{{ none < 1 }}'],
    ["{{ 'a' + 1 }}", "{{ 'a' + 1 }}"],
    ['one line\n', 'one line'],
    ['a\r\nb', 'a\nb'],
  ])('%j is %j', (text, expected) => {
    expect(evaluate(text)).toEqual(expected);
  });

  it('takes the default for empty and undefined results only', () => {
    const withDefault = (text: string): Value => templates.compile(text).evaluate(CONTEXT, { default: '{{ config.n }}x' });
    expect(withDefault('{{ config.empty }}')).toBe('7x');
    expect(withDefault('{{ config.nope.deeper }}')).toBe('7x');
    expect(withDefault('{{ none }}')).toBe(null);
    expect(withDefault('{{ 0 }}')).toBe(0);
  });

  it('types back to valid types only', () => {
    const only = (text: string, type: 'int' | 'float' | 'str'): Value => templates.compile(text).evaluate(CONTEXT, { validTypes: [type] });
    expect(only('{{ config.n }}', 'int')).toBe(7);
    expect(only('{{ config.n }}', 'float')).toBe('7');
    expect(only('{{ config.yes }}', 'int')).toBe(true);
    expect(only('{{ config.n }}', 'str')).toBe('7');
  });
});

describe('evaluateString', () => {
  it('gives the empty text where evaluate gives null, and raises what evaluate swallows', () => {
    expect(templates.compile('{{ config.nope }}').evaluateString(CONTEXT)).toBe('');
    expect(errorOf(() => templates.compile('{{ config.nope.deeper }}').evaluateString(CONTEXT)).type).toBe('UndefinedError');
  });

  it('stays the template once its first result was the template', () => {
    const template = templates.compile("{{ 'a' + config.v }}");
    expect(template.evaluateString({ config: { v: 1 } })).toBe("{{ 'a' + config.v }}");
    expect(template.evaluateString({ config: { v: 'b' } })).toBe("{{ 'a' + config.v }}");
    expect(templates.compile("{{ 'a' + config.v }}").evaluateString({ config: { v: 'b' } })).toBe('ab');
  });
});

describe('conditions', () => {
  it.each<[string | boolean, boolean]>([
    [true, true],
    [false, false],
    ['{{ config.n > 3 }}', true],
    ['{{ config.n > 30 }}', false],
    ['{{ config.n }}', true],
    ['{{ config.nope }}', false],
    ['{{ config.nope.deeper }}', false],
    ['{{ config.nul }}', false],
    ['{{ config.list }}', true],
    ['{{ [] }}', false],
    ["{{ '0.0' }}", false],
    ["{{ 'no' }}", true],
    ['{{ none < 1 }}', true],
    ['', false],
    ['False', false],
    ['{{ config.n == 7 and config.yes }}', true],
  ])('%j is %j', (condition, expected) => {
    expect(templates.condition(condition)(CONTEXT)).toBe(expected);
  });
});

describe('names', () => {
  it('must be in the context, also where they are not reached', () => {
    expect(errorOf(() => evaluate("{{ 1 if true else foo }}{{ bar | default('x') }}")).message).toContain("'bar'");
    expect(errorOf(() => evaluate('{{ range(3) }}')).type).toBe('ValueError');
    expect(errorOf(() => evaluate('{{ constructor }}')).type).toBe('ValueError');
  });

  it('may be the aliases of stream_slice, which the context may not have itself', () => {
    expect(evaluate('{{ stream_interval.start }}{{ stream_partition.start }}')).toBe('2024-01-012024-01-01');
    expect(errorOf(() => templates.compile('{{ 1 }}').evaluate({ stream_interval: {} })).type).toBe('ValueError');
  });

  it('may not be stream_state', () => {
    expect(errorOf(() => evaluate("{{ 'stream_state' }}")).type).toBe('AirbyteTracedException');
  });

  it('are reported for a template', () => {
    const template = templates.compile("{{ record['id'] }}{{ record.get('tags') }}{% set x = config %}{{ x }}{{ 'none' in record }}");
    expect([...template.variables].sort()).toEqual(['config', 'record']);
    expect(template.recordFields).toEqual(new Set(['id', 'tags', 'none']));
    expect(templates.compile('{{ record }}').recordFields).toBe('all');
    expect(templates.compile('{{ record.items }}').recordFields).toBe('all');
    expect(templates.compile('{{ 1 + 1 }}').constant).toBe(true);
    expect(templates.compile('{{ now_utc() }}').constant).toBe(false);
  });

  it('are warned of once where a template should not read them', () => {
    const warnings: string[] = [];
    const warned = createTemplates({ now: () => NOW, warn: (message) => warnings.push(message) });
    warned.compile('{{ record.id }}', { path: 'a.b', allowed: ['config', 'stream_slice'] });
    warned.compile('{{ record.id }}', { path: 'a.b', allowed: ['config', 'stream_slice'] });
    warned.compile('{{ stream_partition.id }}', { allowed: ['stream_slice'] });
    expect(warnings).toEqual(['The template "{{ record.id }}" reads \'record\', which is not available there (at a.b)']);
  });
});

describe('expressions', () => {
  it.each<[string, Value]>([
    ['{{ -2 ** 2 }}', 4],
    ['{{ 2 ** 3 ** 2 }}', 64],
    ['{{ -3 | abs }}', 3],
    ['{{ 1 < 2 < 3 }}', true],
    ['{{ 3 > 2 == true }}', false],
    ["{{ 1 + 2 ~ 'a' }}", "{{ 1 + 2 ~ 'a' }}"],
    ['{{ 7 // 2 }}{{ -7 // 2 }}', '3-4'],
    ['{{ 4 / 2 }}', new Float(2)],
    ["{{ 'x' if config.yes else 'y' }}", 'x'],
    ["{{ 'x' if config.nul }}", null],
    ['{{ config.list[0] }}{{ config.list[-1] }}', 32],
    ['{{ config.list[::-1] }}', [2, 1, 3]],
    ["{{ 'abc'[1:] }}", 'bc'],
    ['{{ none[1:] }}', null],
    ['{{ (none,)[0][1:] }}', null],
    ['{{ record.items is callable }}', true],
    ["{{ record['items'] }}", 'own'],
    ["{{ record['values'] is callable }}", true],
    ["{{ record.get('none', 1) }}", null],
    ["{{ record.get('x', 1) }}", 1],
    ["{{ 'id' in record and 'x' not in record }}", true],
    ["{{ 'a' 'b' }}", 'ab'],
    ["{{ '\\x41\\u00e9\\n\\q' }}", 'Aé\n\\q'],
    ['{{ 0x1F + 0b11 + 1_0 }}', 44],
    ["{{ {'a': 1, 'a': 2} }}", { a: 2 }],
    ['{{ config.n is not none }}', true],
    ['{{ config.n is divisibleby 7 }}', true],
    ["{{ dict(a=1, **{'b': 2}) }}", { a: 1, b: 2 }],
    ['{{ max(*[1, 3, 2]) }}', 3],
    ["{{ 'abc' | replace('b', 'x') | upper }}", 'AXC'],
    ["{{ config.users | map(attribute='name') | join(', ') }}", 'Bo, al'],
    ["{{ config.users | sort(attribute='age') | map(attribute='name') | list }}", ['al', 'Bo']],
    ["{{ (config.users | groupby('age') | first).grouper }}", 25],
    ['{{ [1] * 99999999.5 }}', '{{ [1] * 99999999.5 }}'],
    ['{{ [[1, 2]] | map("first") | list }}', [1]],
    ["{{ ('a' | e) == 'a' and ('abc' | e)[1] }}", 'b'],
    ['{{ 1 or 1 | nosuchfilter }}', 1],
    ["{{ 'x' if true else 1 | nosuchfilter }}", 'x'],
    ["{{ ('<' | e) + '>' }}", '&lt;&gt;'],
    ["{{ ('%s' | safe) % '<' }}", '&lt;'],
    ["{{ '%s' | safe | format('<') }}", '&lt;'],
    ["{{ ['x' | safe | truncate(8), 'abcdefghijklmn' | e | truncate(8)] }}", "[Markup('x'), Markup('abcde...')]"],
    ["{{ ['a' | safe | indent] }}", "[Markup('a')]"],
    ["{{ ['a' | safe | pprint] }}", ["Markup('a')"]],
    ["{{ ['a' | safe | attr('upper')] }}", "[<bound method Markup.upper of Markup('a')>]"],
    // The differential fuzz, seed 505: what is missing raises before a safe text refuses it.
    ["{{ config.nope + ('a' | escape) }}", null],
    ["{{ ('a' | escape) + config.nope }}", null],
    // Filters that are given the context are not computed ahead, where a slice that raises would be undefined.
    ["x{{ (3[::0]) | select('string') | list }}", "x{{ (3[::0]) | select('string') | list }}"],
    ["x{{ ('abc' | reject('none'))[1:] }}", "x{{ ('abc' | reject('none'))[1:] }}"],
    // A safe text that was computed ahead stays as it was.
    ['{% with z = (2.675[1:]) | e %}{{ z }}{% endwith %}', null],
    ["{{ 'a.b' | regex_replace('(a)\\\\.(b)', '\\\\2\\\\1') }}", 'ba'],
  ])('%s is %j', (text, expected) => {
    expect(evaluate(text)).toEqual(expected);
  });

  it.each([
    ['{{ x', 'TemplateSyntaxError'],
    ['{{ 1 + }}', 'TemplateSyntaxError'],
    ['{{ [x for x in y] }}', 'TemplateSyntaxError'],
    ['{{ (1] }}', 'TemplateSyntaxError'],
    ['{# open', 'TemplateSyntaxError'],
    ['{% raw %} open', 'TemplateSyntaxError'],
    ['{% endif %}', 'TemplateSyntaxError'],
    ['{% do 1 %}', 'TemplateSyntaxError'],
    ['{% for loop in [1] %}{% endfor %}', 'TemplateAssertionError'],
    ['{{ 1 | nosuchfilter }}', 'TemplateAssertionError'],
    ['{{ config.n | nosuchfilter if config.yes }}', 'TemplateRuntimeError'],
    ['{{ config.n / 0 }}', 'ZeroDivisionError'],
    ["{{ 'x'.__class__.mro }}", 'SecurityError'],
    ['{{ config.n == 1e400 }}', 'NameError'],
    ["{{ '\\x4' }}", 'TemplateSyntaxError'],
  ])('%s raises %s', (text, type) => {
    expect(errorOf(() => evaluate(text)).type).toBe(type);
  });
});

describe('statements', () => {
  it.each<[string, Value]>([
    ['{% set x = 5 %}{{ x }}', 5],
    ['{% set x = 5 %}{% if true %}{% set x = 6 %}{% endif %}{{ x }}', 6],
    ['{% set x = 5 %}{% for i in [1] %}{% set x = 6 %}{% endfor %}{{ x }}', 5],
    ['{% set a, (b, c) = 1, (2, 3) %}{{ a }}{{ b }}{{ c }}', 123],
    ['{% set config = {"n": 1} %}{{ config.n }}', 1],
    ['{% set x %}a{{ config.n }}{% endset %}{{ x }}', 'a7'],
    ['{% set x | upper %}abc{% endset %}{{ x }}', 'ABC'],
    ['{% set ns = namespace(n=0) %}{% for i in config.list %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}', 6],
    ['{% for x in config.list %}{{ x }}{% if not loop.last %},{% endif %}{% endfor %}', makeTuple(3, 1, 2)],
    ['{% for x in config.list if x > 1 %}{{ loop.index }}:{{ x }} {% endfor %}', '1:3 2:2 '],
    ['{% for x in [] %}{% else %}none{% endfor %}', 'none'],
    ["{% for k, v in {'a': 1}.items() %}{{ k }}={{ v }}{% endfor %}", 'a=1'],
    ['{% for x in [1, [2, [3]]] recursive %}{{ x if x is number else loop(x) }}{{ loop.depth }}{% endfor %}', 11223321],
    ['{% for x in [1, 1, 2] %}{{ loop.changed(x) }}{{ loop.cycle("a", "b") }} {% endfor %}', 'Truea Falseb Truea '],
    ['{% for x in [1, 2] %}{{ loop.previtem }}-{{ loop.nextitem }}|{% endfor %}', '-2|1-|'],
    ['{% macro m(a, b=2, c=b) %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ m(1) }}{{ m(1, c=5) }}', 122125],
    ['{% macro m(a) %}{{ a }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, z=3) }}', "1(2,){'z': 3}"],
    ['{% macro m() %}[{{ caller(1) }}]{% endmacro %}{% call(x) m() %}{{ x }}{% endcall %}', [1]],
    ['{% macro f(n) %}{{ n }}{% if n > 0 %}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(3) }}', 3210],
    ['{% macro m() %}{{ y }}{% endmacro %}{% set y = 5 %}{{ m() }}', 5],
    ['{% filter upper %}a{{ config.s }}{% endfilter %}', 'AHELLO'],
    ['{% filter length %}abc{% endfilter %}', '{% filter length %}abc{% endfilter %}'],
    ['{% with a = 1, b = config.n %}{{ a }}{{ b }}{% endwith %}', 17],
    ['{% block b %}{{ config.n }}{% endblock %}{{ self.b() }}', 77],
    ["{% autoescape true %}{{ '<b>' }}{{ '<i>' | safe }}{% endautoescape %}{{ '<' }}", '&lt;b&gt;<i><'],
    ['{% print 1, 2 %}', 12],
    ['{% raw %}{{ x }}{% endraw %}', '{{ x }}'],
    ['{# note #}a', 'a'],
    ['a {%- if true -%} b {%- endif +%} c', 'ab c'],
    ['{{- 1 -}} \n 2', 12],
    ["{% extends 'x' %}", "{% extends 'x' %}"],
    ["{% include 'x' %}", "{% include 'x' %}"],
    ['{% for a, b in [1] %}{% endfor %}', '{% for a, b in [1] %}{% endfor %}'],
    ['{{{} }}', {}],
  ])('%s is %j', (text, expected) => {
    expect(evaluate(text)).toEqual(expected);
  });

  it('raises for a wrong number of targets and for attributes of what is no namespace', () => {
    expect(errorOf(() => evaluate('{% set a, b = [1, 2, 3] %}')).type).toBe('ValueError');
    expect(errorOf(() => evaluate('{% set config.a = 1 %}')).type).toBe('TemplateRuntimeError');
  });
});

describe('bounds', () => {
  it.each([
    ["{{ 'a' * 100000000 }}", 'MemoryError'],
    ['{{ [0] * 100000000 }}', 'MemoryError'],
    ['{{ 9 ** 9999999 }}', 'MemoryError'],
    ["{% set ns = namespace(s='0123456789') %}{% for i in 'x' * 30 %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}", 'MemoryError'],
    ["{% for a in 'x' * 1000 %}{% for b in 'x' * 1000 %}{% for c in 'x' * 1000 %}{% endfor %}{% endfor %}{% endfor %}", 'MemoryError'],
    ['{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}', 'RecursionError'],
    [`{{ ${'('.repeat(500)}1${')'.repeat(500)} }}`, 'RecursionError'],
  ])('%.60s… raises %s', (text, type) => {
    expect(errorOf(() => evaluate(text)).type).toBe(type);
  });
});

describe('errors', () => {
  it('show the template, the column and the path', () => {
    const error = errorOf(() => templates.compile('a {{ config.n / 0 }}', { path: 'streams.0.path' }).evaluate(CONTEXT));
    expect(error.message).toBe(
      'ZeroDivisionError: division by zero (at streams.0.path)\n  line 1, column 15\n  a {{ config.n / 0 }}\n                ^',
    );
    expect([error.line, error.column, error.path, error.reason]).toEqual([1, 15, 'streams.0.path', 'division by zero']);
  });

  it('are known before an evaluation when they are in the text', () => {
    const template = templates.compile('{{ 1 +\n }}', { path: 'p' });
    expect(template.error?.message).toBe(
      "TemplateSyntaxError: unexpected 'end of print statement' (at p)\n  line 2, column 2\n   }}\n   ^",
    );
    expect(template.recordFields).toBe('all');
    expect(templates.compile('{{ 1 }}').error).toBeUndefined();
  });

  it('that evaluation swallows can be asked for', () => {
    expect(templates.compile('{{ none < 1 }}').swallowedError(CONTEXT)?.type).toBe('TypeError');
    expect(templates.compile('{{ config.nope.deeper }}').swallowedError(CONTEXT)?.type).toBe('UndefinedError');
    expect(templates.compile('{{ config.n }}').swallowedError(CONTEXT)).toBeUndefined();
  });
});

describe("the engine's own mappings", () => {
  class Pair extends HostMapping {
    readonly typeName = 'Pair';

    get(key: string): Value | undefined {
      return key === 'a' ? 1 : undefined;
    }

    keys(): Iterable<string> {
      return ['a'];
    }

    override attribute(name: string): Value | undefined {
      return name === 'partition' ? { p: 2 } : undefined;
    }

    override repr(): string {
      return "{'a': 1}";
    }
  }

  it('are read by attribute, by key and as a whole', () => {
    const context = { stream_slice: new Pair() };
    const of = (text: string): Value => templates.compile(text).evaluate(context);
    expect(of('{{ stream_slice }}')).toEqual({ a: 1 });
    expect(of("{{ stream_slice.a }}{{ stream_interval['a'] }}")).toBe(11);
    expect(of('{{ stream_slice.partition.p }}')).toBe(2);
    expect(of("{{ 'a' in stream_slice and stream_slice is mapping }}")).toBe(true);
    expect(of("{{ stream_slice.get('b', 3) }}{{ stream_slice | length }}")).toBe(31);
  });
});

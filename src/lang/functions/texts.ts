import { BLANKS } from '../../lib/trim.ts';
import { codePoints } from '../code-points.ts';
import { truth } from '../comparison.ts';
import { makeDict } from '../dicts.ts';
import { encodeText } from '../encoding.ts';
import { addMarkup, escapeHtml, escapeValue, formatMarkup, Markup, plainText } from '../markup.ts';
import { splitLines } from '../methods/str.ts';
import { compare, iterate, length } from '../operators.ts';
import { str } from '../repr.ts';
import { bounded, type Runtime } from '../runtime.ts';
import { formatPercent } from '../text.ts';
import { isDict, isList, type Keywords, PythonError, type Tuple, typeName, Undefined, type Value } from '../values.ts';
import { unescapeHtml } from './html.ts';
import { prettyText } from './pretty.ts';
import { callMethod } from './sequences.ts';
import type { FunctionSpec } from './spec.ts';
import { callText, requireInt, textOf } from './text.ts';
import { linkUrls } from './urlize.ts';
import { wrapText } from './wrap.ts';

const UNRESERVED = /[A-Za-z0-9_.~-]/;

/** Percent-encodes the UTF-8 bytes of a text, all but unreserved characters and those of `safe`. */
// parity: urllib/parse.py:quote_from_bytes
export function percentEncode(bytes: Uint8Array, safe: string): string {
  let text = '';
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    const isKept = byte < 0x80 && (UNRESERVED.test(character) || safe.includes(character));
    text += isKept ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return text;
}

// parity: jinja2/utils.py:url_quote
function quoteUrl(value: Value, forQuery: boolean): string {
  const bytes = value instanceof Uint8Array ? value : encodeText(str(value));
  const text = percentEncode(bytes, forQuery ? '' : '/');
  return forQuery ? text.replaceAll('%20', '+') : text;
}

// parity: jinja2/filters.py:do_urlencode
function urlEncode(value: Value): string {
  if (typeof value === 'string' || !isIterable(value)) return quoteUrl(value, false);
  const pairs = isDict(value) ? callMethod(value, 'items') : value;
  return Array.from(iterate(pairs), (pair) => {
    const items = [...iterate(pair)];
    const [key, item] = items;
    if (key === undefined || item === undefined || items.length > 2) {
      throw new PythonError('ValueError', `${items.length > 2 ? 'too many' : 'not enough'} values to unpack (expected 2)`);
    }
    return `${quoteUrl(key, true)}=${quoteUrl(item, true)}`;
  }).join('&');
}

/** Whether a value has items, without taking any of them. */
export function isIterable(value: Value): boolean {
  try {
    iterate(value);
    return true;
  } catch (error) {
    if (error instanceof PythonError && error.type === 'TypeError') return false;
    throw error;
  }
}

// parity: jinja2/filters.py:do_replace
function replace(runtime: Runtime, value: Value, from: Value, to: Value, countValue: Value): Value {
  const count = countValue === null ? -1 : requireInt(countValue);
  if (!runtime.autoescape) return bounded(callText(str(value), 'replace', str(from), str(to), count));
  const isSafe = from instanceof Markup || (to instanceof Markup && !(value instanceof Markup));
  const text = isSafe ? escapeValue(value) : value;
  const [old, by] = text instanceof Markup ? [escapeValue(from).text, escapeValue(to).text] : [str(from), str(to)];
  const replaced = callText(str(text), 'replace', old, by, count) as string;
  return text instanceof Markup ? new Markup(replaced) : replaced;
}

const WORD_STARTS = new RegExp(`([-({\\[<${BLANKS}]+)`);

// parity: jinja2/filters.py:do_title
function title(value: Value): string {
  return str(value)
    .split(WORD_STARTS)
    .map((word) => {
      const [initial, ...rest] = codePoints(word);
      return initial === undefined ? '' : textOf(initial, 'upper') + textOf(rest.join(''), 'lower');
    })
    .join('');
}

// parity: jinja2/filters.py:do_truncate
function truncate(value: Value, size: Value, killWords: Value, end: Value, leewayValue: Value): Value {
  const leeway = leewayValue === null ? 5 : leewayValue;
  if (compare(size, length(end), '<')) throw new PythonError('AssertionError', `expected length >= ${length(end)}, got ${str(size)}`);
  if (compare(leeway, 0, '<')) throw new PythonError('AssertionError', `expected leeway >= 0, got ${str(leeway)}`);
  if (length(value) <= requireInt(size) + requireInt(leeway)) return value;
  const text = plainText(value);
  if (typeof text !== 'string') throw new PythonError('AttributeError', `'${typeName(value)}' object has no attribute 'rsplit'`);
  const start = codePoints(text)
    .slice(0, requireInt(size) - length(end))
    .join('');
  const blank = truth(killWords) ? -1 : start.lastIndexOf(' ');
  const kept = blank < 0 ? start : start.slice(0, blank);
  if (value instanceof Markup) return addMarkup(new Markup(kept), end);
  return end instanceof Markup ? addMarkup(kept, end) : kept + str(end);
}

// parity: jinja2/filters.py:do_indent
function indent(value: Value, width: Value, first: Value, blank: Value): string {
  const indentation = typeof width === 'string' ? width : ' '.repeat(Math.max(0, requireInt(width)));
  if (value instanceof Undefined) return value.fail();
  if (isList(value)) throw new PythonError('AttributeError', "'list' object has no attribute 'splitlines'");
  if (typeof value !== 'string') throw new PythonError('TypeError', `unsupported operand type(s) for +=: '${typeName(value)}' and 'str'`);
  const [head = '', ...lines] = splitLines(`${value}\n`, false);
  const indented = lines.map((line) => (line !== '' || truth(blank) ? indentation + line : line));
  return bounded((truth(first) ? indentation : '') + [head, ...indented].join('\n'));
}

// parity: jinja2/filters.py:do_xmlattr
function xmlAttributes(runtime: Runtime, value: Value, autospace: Value): Value {
  const parts: string[] = [];
  for (const pair of iterate(callMethod(value, 'items'))) {
    const [key, item] = pair as Tuple;
    if (item === null || item === undefined || item instanceof Undefined) continue;
    if (typeof key !== 'string') throw new PythonError('TypeError', 'expected string or bytes-like object');
    if (/[\s/>=]/.test(key)) throw new PythonError('ValueError', `Invalid character in attribute name: '${key}'`);
    parts.push(`${escapeHtml(key)}="${escapeValue(item).text}"`);
  }
  const text = (truth(autospace) && parts.length > 0 ? ' ' : '') + parts.join(' ');
  return runtime.autoescape ? new Markup(text) : text;
}

// parity: markupsafe:Markup.striptags
function stripTags(value: Value): string {
  const text = withoutTags(withoutComments(str(value)));
  return unescapeHtml((callText(text, 'split') as string[]).join(' '));
}

/**
 * A text without its comments, the first one first; taking one out may make another of what stood around it. What is kept is a stack, so that the text is
 * read once.
 */
function withoutComments(text: string): string {
  if (!text.includes('<!--')) return text;
  const kept: string[] = [];
  let at = 0;
  while (at < text.length) {
    kept.push(text[at] as string);
    at += 1;
    if (text[at - 1] !== '-' || kept.slice(-4).join('') !== '<!--') continue;
    const end = commentEnd(text, at);
    if (end < 0) break;
    kept.length -= 4;
    at = end;
  }
  return kept.join('') + text.slice(at);
}

/** Where the comment ends whose `<!--` was just read; the dashes of it may be those of `-->`. */
function commentEnd(text: string, at: number): number {
  if (text[at] === '>') return at + 1;
  if (text.startsWith('->', at)) return at + 2;
  const end = text.indexOf('-->', at);
  return end < 0 ? -1 : end + 3;
}

function withoutTags(text: string): string {
  let kept = '';
  let at = 0;
  for (let start = text.indexOf('<'); start >= 0; start = text.indexOf('<', at)) {
    const end = text.indexOf('>', start);
    if (end < 0) break;
    kept += text.slice(at, start);
    at = end + 1;
  }
  return kept + text.slice(at);
}

// parity: jinja2/filters.py:do_format
function format(value: Value, args: Tuple, keywords: Keywords): Value {
  if (args.length > 0 && keywords.size > 0) {
    throw new PythonError('FilterArgumentError', "can't handle positional and keyword arguments at the same time");
  }
  const values = keywords.size > 0 ? makeDict([...keywords]) : args;
  if (value instanceof Markup) return formatMarkup(value, values);
  return bounded(formatPercent(str(value), values));
}

// parity: jinja2/filters.py:do_wordwrap
function wordWrap(value: Value, width: Value, breakLong: Value, wrapString: Value, breakOnHyphens: Value): string {
  if (value instanceof Undefined) return value.fail();
  if (typeof value !== 'string') throw new PythonError('AttributeError', `'${typeName(value)}' object has no attribute 'splitlines'`);
  if (wrapString !== null && typeof wrapString !== 'string') {
    throw new PythonError('AttributeError', `'${typeName(wrapString)}' object has no attribute 'join'`);
  }
  const options = { width: requireInt(width), breakLongWords: truth(breakLong), breakOnHyphens: truth(breakOnHyphens) };
  const newline = wrapString ?? '\n';
  return splitLines(value, false)
    .map((line) => wrapText(line, options).join(newline))
    .join(newline);
}

/** The filters on texts. */
export const textFilters: readonly FunctionSpec[] = [
  {
    name: 'upper',
    parameters: [['s']],
    doc: 'The text in upper case.',
    examples: [["{{ 'abc' | upper }}", 'ABC']],
    keepsMarkup: true,
    run: (_runtime, value: Value) => textOf(value, 'upper'),
  },
  {
    name: 'lower',
    parameters: [['s']],
    doc: 'The text in lower case.',
    examples: [["{{ 'ABC' | lower }}", 'abc']],
    keepsMarkup: true,
    run: (_runtime, value: Value) => textOf(value, 'lower'),
  },
  {
    name: 'capitalize',
    parameters: [['s']],
    doc: 'The text with its first character in upper case and all others in lower case.',
    examples: [["{{ 'aBC def' | capitalize }}", 'Abc def']],
    keepsMarkup: true,
    run: (_runtime, value: Value) => textOf(value, 'capitalize'),
  },
  {
    name: 'title',
    parameters: [['s']],
    doc: 'The text with the first character of each word in upper case and all others in lower case.',
    examples: [['{{ "it\'s a test" | title }}', "It's A Test"]],
    run: (_runtime, value: Value) => title(value),
  },
  {
    name: 'trim',
    parameters: [['value'], ['chars', null]],
    doc: 'The text without blanks, or other characters, at its ends.',
    examples: [
      ["{{ '  abc ' | trim }}", 'abc'],
      ["{{ '/abc/' | trim('/') }}", 'abc'],
    ],
    keepsMarkup: true,
    run: (_runtime, value: Value, characters: Value) => textOf(value, 'strip', characters),
  },
  {
    name: 'center',
    parameters: [['value'], ['width', 80]],
    doc: 'The text in the middle of a field of that width.',
    examples: [["[{{ 'abc' | center(7) }}]", '[  abc  ]']],
    keepsMarkup: true,
    run: (_runtime, value: Value, width: Value) => bounded(textOf(value, 'center', width)),
  },
  {
    name: 'replace',
    parameters: [['s'], ['old'], ['new'], ['count', null]],
    doc: 'The text with one text in it replaced by another, everywhere or the first so many times.',
    examples: [["{{ 'a-b-c' | replace('-', '+', 1) }}", 'a+b-c']],
    seesMarkup: true,
    run: (runtime: Runtime, value: Value, from: Value, to: Value, count: Value) => replace(runtime, value, from, to, count),
  },
  {
    name: 'truncate',
    parameters: [['s'], ['length', 255], ['killwords', false], ['end', '...'], ['leeway', null]],
    doc: 'The text cut to a length at a blank (or within a word when `killwords` is true), unless it is longer by the leeway only.',
    examples: [["{{ 'foo bar baz qux' | truncate(9) }}", 'foo...']],
    seesMarkup: true,
    run: (_runtime, value: Value, size: Value, killWords: Value, end: Value, leeway: Value) =>
      truncate(value, size, killWords, end, leeway),
  },
  {
    name: 'indent',
    parameters: [['s'], ['width', 4], ['first', false], ['blank', false]],
    doc: 'The text with its lines indented, all but the first one and empty ones unless asked for.',
    examples: [["{{ 'a\\nb' | indent(2) }}", 'a\n  b']],
    keepsMarkup: true,
    run: (_runtime, value: Value, width: Value, first: Value, blank: Value) => indent(value, width, first, blank),
  },
  {
    name: 'wordcount',
    parameters: [['s']],
    doc: 'The number of words of the text.',
    examples: [["{{ 'one, two' | wordcount }}", '2']],
    run: (_runtime, value: Value) => str(value).match(/[\p{L}\p{N}_]+/gu)?.length ?? 0,
  },
  {
    name: 'wordwrap',
    parameters: [['s'], ['width', 79], ['break_long_words', true], ['wrapstring', null], ['break_on_hyphens', true]],
    doc: 'The text in lines of at most that width.',
    examples: [["{{ 'one two three' | wordwrap(8) }}", 'one two\nthree']],
    run: (_runtime, value: Value, width: Value, breakLong: Value, wrapString: Value, breakOnHyphens: Value) =>
      wordWrap(value, width, breakLong, wrapString, breakOnHyphens),
  },
  {
    name: 'format',
    parameters: [['value'], ['*args'], ['**kwargs']],
    doc: 'The text as a printf-style format for the arguments.',
    examples: [["{{ '%s is %03d' | format('n', 7) }}", 'n is 007']],
    seesMarkup: true,
    run: (_runtime, value: Value, args: Tuple, keywords: Keywords) => format(value, args, keywords),
  },
  {
    name: 'urlencode',
    parameters: [['value']],
    doc: 'The text percent-encoded (all but `/`), or the pairs of a dict as a query string.',
    examples: [
      ["{{ 'a b/c&d' | urlencode }}", 'a%20b/c%26d'],
      ["{{ {'q': 'a b', 'n': 1} | urlencode }}", 'q=a+b&n=1'],
    ],
    run: (_runtime, value: Value) => urlEncode(value),
  },
  {
    name: 'urlize',
    parameters: [['value'], ['trim_url_limit', null], ['nofollow', false], ['target', null], ['rel', null], ['extra_schemes', null]],
    doc: 'The text as HTML with its URLs and e-mail addresses as links.',
    examples: [["{{ 'see www.example.com' | urlize }}", 'see <a href="https://www.example.com" rel="noopener">www.example.com</a>']],
    seesMarkup: true,
    run: (runtime: Runtime, value: Value, limit: Value, nofollow: Value, target: Value, rel: Value, schemes: Value) => {
      const text = linkUrls(escapeValue(value).text, {
        limit: limit === null ? undefined : requireInt(limit),
        target: target === null ? undefined : str(target),
        rel: [...(truth(rel) ? (callText(str(rel), 'split') as string[]) : []), ...(truth(nofollow) ? ['nofollow'] : []), 'noopener'],
        schemes: schemes === null ? [] : Array.from(iterate(schemes), str),
      });
      return runtime.autoescape ? new Markup(text) : text;
    },
  },
  {
    name: 'escape',
    aliases: ['e'],
    parameters: [['s']],
    doc: 'The text with the characters `&`, `<`, `>`, `\'` and `"` escaped for HTML; text that is safe already stays as it is.',
    examples: [["{{ '<a>' | escape }}", '&lt;a&gt;']],
    seesMarkup: true,
    run: (_runtime, value: Value) => escapeValue(value),
  },
  {
    name: 'forceescape',
    parameters: [['value']],
    doc: 'Like `escape`, also for text that is safe already.',
    examples: [["{{ '<a>' | escape | forceescape }}", '&amp;lt;a&amp;gt;']],
    run: (_runtime, value: Value) => new Markup(escapeHtml(str(value))),
  },
  {
    name: 'safe',
    parameters: [['value']],
    doc: 'The text as one that is safe in HTML, which `escape` leaves as it is.',
    examples: [["{{ '<a>' | safe | escape }}", '<a>']],
    run: (_runtime, value: Value) => new Markup(str(value)),
  },
  {
    name: 'striptags',
    parameters: [['value']],
    doc: 'The text of HTML: without tags and comments, entities resolved, blanks collapsed.',
    examples: [["{{ '<b>a</b>  &amp; b' | striptags }}", 'a & b']],
    run: (_runtime, value: Value) => stripTags(value),
  },
  {
    name: 'xmlattr',
    parameters: [['d'], ['autospace', true]],
    doc: 'The pairs of a dict as attributes of XML, without those that are none or undefined; begins with a blank unless told not to.',
    examples: [["<ul{{ {'class': 'x', 'id': none} | xmlattr }}>", '<ul class="x">']],
    seesMarkup: true,
    run: (runtime: Runtime, value: Value, autospace: Value) => xmlAttributes(runtime, value, autospace),
  },
  {
    name: 'pprint',
    parameters: [['value']],
    doc: 'The value as Python prints it, over several lines when it is long.',
    examples: [["{{ {'b': 1, 'a': [2]} | pprint }}", "{'a': [2], 'b': 1}"]],
    seesMarkup: true,
    run: (_runtime, value: Value) => prettyText(value),
  },
  {
    name: 'default',
    aliases: ['d'],
    parameters: [['value'], ['default_value', ''], ['boolean', false]],
    doc: 'The value, or another one when it is undefined; with `boolean` true also when it is false, empty, zero or none.',
    examples: [
      ["{{ {}['a'] | default('none given') }}", 'none given'],
      ["{{ '' | default('empty', true) }}", 'empty'],
    ],
    seesMarkup: true,
    run: (_runtime, value: Value, byDefault: Value, boolean: Value) =>
      value instanceof Undefined || (truth(boolean) && !truth(value)) ? byDefault : value,
  },
];

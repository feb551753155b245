import { onDemand } from '../../lib/on-demand.ts';
import { escapeHtml } from '../markup.ts';
import { PythonError } from '../values.ts';

/** How links are written. */
export interface LinkStyle {
  /** The most characters of a URL that are shown. */
  readonly limit: number | undefined;
  readonly target: string | undefined;
  /** The words of the attribute `rel`. */
  readonly rel: readonly string[];
  /** Beginnings of further URLs. */
  readonly schemes: readonly string[];
}

const W = '[\\p{L}\\p{N}_]';
const httpUrl = onDemand(
  () =>
    new RegExp(
      `^(?:(?:https?://|www\\.)(?:(?:(?:${W}|[%-])+\\.)+)?(?:[a-z]{2,63}|xn--(?:${W}|%){2,59})` +
        `|(?:(?:${W}|[%-]){2,63}\\.)+(?:com|net|int|edu|gov|org|info|mil)` +
        '|https?://(?:\\p{Nd}{1,3}(?:\\.\\p{Nd}{1,3}){3}|\\[(?:[\\p{Nd}a-f]{0,4}:){2}(?:[\\p{Nd}a-f]{0,4}:?){1,6}\\]))' +
        '(?::\\p{Nd}{1,5})?(?:[/?#]\\S*)?$',
      'iu',
    ),
);
const email = onDemand(() => new RegExp(`^\\S+@${W}(?:${W}|[.-])*\\.${W}+$`, 'u'));
const schemePrefix = onDemand(() => new RegExp(`^(?:${W}|[.+-]){2,}:/{0,2}$`, 'u'));

/** Turns the URLs and e-mail addresses of an escaped text into links. */
// parity: jinja2/utils.py:urlize
export function linkUrls(escaped: string, style: LinkStyle): string {
  for (const scheme of style.schemes) {
    if (!schemePrefix().test(scheme)) throw new PythonError('FilterArgumentError', `'${scheme}' is not a valid URI scheme prefix.`);
  }
  return escaped
    .split(/(\s+)/)
    .map((word) => {
      const [head, middle, tail] = splitPunctuation(word);
      return head + link(middle, style) + tail;
    })
    .join('');
}

function splitPunctuation(word: string): [head: string, middle: string, tail: string] {
  const head = /^(?:[(<]|&lt;)+/.exec(word)?.[0] ?? '';
  let middle = word.slice(head.length);
  let end = middle.length;
  for (let length = punctuationAt(middle, end); length > 0; length = punctuationAt(middle, end)) end -= length;
  let tail = middle.slice(end);
  middle = middle.slice(0, end);
  for (const [open, close] of [
    ['(', ')'],
    ['<', '>'],
    ['&lt;', '&gt;'],
  ] as const) {
    const opened = count(middle, open);
    if (opened <= count(middle, close)) continue;
    for (let i = Math.min(opened, count(tail, close)); i > 0; i--) {
      const end = tail.indexOf(close) + close.length;
      middle += tail.slice(0, end);
      tail = tail.slice(end);
    }
  }
  return [head, middle, tail];
}

/** The length of the punctuation mark that ends at a place; 0 for none. */
function punctuationAt(text: string, end: number): number {
  if (end === 0) return 0;
  if (')>.,\n'.includes(text[end - 1] as string)) return 1;
  return text.endsWith('&gt;', end) ? '&gt;'.length : 0;
}

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}

function link(text: string, style: LinkStyle): string {
  const rel = style.rel.length > 0 ? ` rel="${escapeHtml([...new Set(style.rel)].sort().join(' '))}"` : '';
  const attributes = rel + (style.target ? ` target="${escapeHtml(style.target)}"` : '');
  if (httpUrl().test(text)) {
    const { limit } = style;
    const shown = limit !== undefined && text.length > limit ? `${text.slice(0, limit)}...` : text;
    const url = text.startsWith('https://') || text.startsWith('http://') ? text : `https://${text}`;
    return `<a href="${url}"${attributes}>${shown}</a>`;
  }
  if (text.startsWith('mailto:') && email().test(text.slice(7))) return `<a href="${text}">${text.slice(7)}</a>`;
  const mayBeEmail = text.includes('@') && !text.startsWith('www.') && !text.startsWith('@') && !text.includes(':');
  if (mayBeEmail && email().test(text)) return `<a href="mailto:${text}">${text}</a>`;
  let linked = text;
  for (const scheme of style.schemes) {
    if (linked !== scheme && linked.startsWith(scheme)) linked = `<a href="${linked}"${attributes}>${linked}</a>`;
  }
  return linked;
}

import { trim } from './trim.ts';

const BLANKS_AND_QUOTES = ' \'"';

/** One entry of a Link header: its `url` and its parameters by name. */
export type Link = Record<string, string>;

/**
 * The entries of a Link header by their `rel`, or by their URL without one.
 * parity: requests.utils.parse_header_links, requests.Response.links
 */
export function parseLinks(header: string | undefined): Record<string, Link> {
  const links: Record<string, Link> = {};
  const text = trim(header ?? '', BLANKS_AND_QUOTES);
  if (text === '') return links;
  for (const part of text.split(/, *</)) {
    const [target = '', ...parameters] = part.split(';');
    const link: Link = { url: trim(target, `<>${BLANKS_AND_QUOTES}`) };
    for (const parameter of parameters) {
      const pieces = parameter.split('=');
      const [name, value] = pieces;
      if (pieces.length !== 2 || name === undefined || value === undefined) break;
      link[trim(name, BLANKS_AND_QUOTES)] = trim(value, BLANKS_AND_QUOTES);
    }
    const key = link['rel'] ?? link['url'];
    if (key !== undefined) links[key] = link;
  }
  return links;
}

/** One entry of a Link header: its `url` and its parameters by name. */
export type Link = Record<string, string>;

/**
 * The entries of a Link header by their `rel`, or by their URL without one.
 * parity: requests.utils.parse_header_links, requests.Response.links
 */
export function parseLinks(header: string | undefined): Record<string, Link> {
  const links: Record<string, Link> = {};
  const text = (header ?? '').replace(/^[ '"]+|[ '"]+$/g, '');
  if (text === '') return links;
  for (const part of text.split(/, *</)) {
    const [target = '', ...parameters] = part.split(';');
    const link: Link = { url: target.replace(/^[<> '"]+|[<> '"]+$/g, '') };
    for (const parameter of parameters) {
      const pieces = parameter.split('=');
      const [name, value] = pieces;
      if (pieces.length !== 2 || name === undefined || value === undefined) break;
      link[trimQuotes(name)] = trimQuotes(value);
    }
    const key = link['rel'] ?? link['url'];
    if (key !== undefined) links[key] = link;
  }
  return links;
}

function trimQuotes(text: string): string {
  return text.replace(/^[ '"]+|[ '"]+$/g, '');
}

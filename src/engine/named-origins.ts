import { type HostRule, hostOf, originText, parseHostRule } from '../http/hosts.ts';
import { loadSites, type SiteOf } from '../http/sites.ts';
import { TemplateError, type Templates, type Value } from '../lang/index.ts';
import { str } from '../lang/text.ts';
import type { Json, JsonObject } from '../lib/json.ts';
import { isPlainObject } from '../lib/objects.ts';
import { onDemand } from '../lib/on-demand.ts';
import { fixedOrigin, type Known, knownPiece, piecesOf } from './fixed-origin.ts';
import { StreamSlice } from './stream-slice.ts';

/** A manifest and the configs that its streams are built with. */
export interface NamingInput {
  readonly manifest: JsonObject;
  readonly configs: readonly JsonObject[];
  readonly templates: Templates;
}

/** The origins that a manifest and its configs name. */
export interface NamedOrigins {
  includes(url: URL): boolean | Promise<boolean>;
}

/** What of a manifest says nothing of where requests go. */
const NOT_ASKED: ReadonlySet<string> = new Set([
  'spec',
  'metadata',
  'schema',
  'schemas',
  'description',
  'documentation_url',
  'error_message',
  'validation_error_message',
]);
/** URLs that are written out, at the beginning of a text or of a quoted one in a template. */
const WRITTEN = /(?:^|["'\s}])(https?:\/\/[^\s/?#\\"'`{}<>|^]+)(?=[/?#"'\s]|\{%|$)/gi;
const MAY_GIVE_URL = /^\s*(?:https?:\/\/|\{[{%])/i;
const URL_START = /^\s*https?:\/\//i;
const AUTHORITY = /^\s*(https?:)\/\/([^/?#\\]*)/i;
const BARE_HOST = /^(?=[^:]*[.]|localhost)[a-z0-9][a-z0-9.-]*(?::\d{1,5})?$/i;
/** Stands for what is not known. */
const UNKNOWN = '\0';
/** How often a URL is tried with a value that a list gives to slices. */
const MOST_TRIES = 20_000;

/** A URL of which the beginning of the host depends on more than manifest and config. */
interface PartOfUrl {
  readonly protocol: string;
  /** The end of the host, after what is not known. */
  readonly ending: string;
}

/** Values that a list in the manifest or the config gives to slices. */
interface ListedValues {
  readonly field: string;
  readonly values: readonly Json[];
}

interface Text extends Known {
  readonly text: string;
}

/**
 * Finds all URLs that the manifest spells out, or completes from a config, and those that the configs hold. Further hosts of what the manifest
 * names count as named where the scheme is https: hosts below the same registered domain.
 */
export function collectOrigins({ manifest, configs, templates }: NamingInput): NamedOrigins {
  const named = new Map<string, URL>();
  const parts: PartOfUrl[] = [];
  for (const config of configs) {
    const { texts, lists } = textsOf(manifest, { templates, config, parameters: {} });
    for (const url of texts.flatMap((text) => [...writtenUrls(text), fixedOrigin(text.text, text)])) add(named, url);
    for (const url of listedUrls(texts, lists)) add(named, url);
    parts.push(...texts.flatMap(partOfUrl));
  }
  const configured = new Map<string, URL>();
  const hosts: HostRule[] = [];
  for (const text of configs.flatMap(textsIn)) {
    add(configured, text);
    const rule = BARE_HOST.test(text) ? parseHostRule(text) : undefined;
    if (rule !== undefined) hosts.push(rule);
  }
  const related = onDemand(async () => relatedHosts([...named.values()], parts, await loadSites()));
  return {
    includes(url) {
      const origin = originText(url);
      if (named.has(origin) || configured.has(origin) || hosts.some((rule) => rule.matches(url))) return true;
      return related().then((isRelated) => isRelated(url));
    },
  };
}

function add(origins: Map<string, URL>, text: string | undefined): void {
  if (text === undefined || !URL_START.test(text) || !URL.canParse(text)) return;
  const url = new URL(text);
  origins.set(originText(url), url);
}

/** Whether a host belongs to whoever has the named ones. */
function relatedHosts(named: readonly URL[], parts: readonly PartOfUrl[], siteOf: SiteOf): (url: URL) => boolean {
  const sites = new Set(named.map((url) => siteOf(hostOf(url))));
  // Of `{{ region }}.example.com` the domain is there, of `{{ name }}.com` it is not.
  const endings = parts.filter(({ ending }) => {
    const site = siteOf(`x${ending}`);
    return site !== undefined && ending.endsWith(`.${site}`);
  });
  const upgraded = new Set(named.filter(({ protocol, port }) => protocol === 'http:' && port === '').map(hostOf));
  return (url) => {
    const host = hostOf(url);
    const isSecure = url.protocol === 'https:';
    if (endings.some(({ protocol, ending }) => (isSecure || protocol === url.protocol) && host.endsWith(ending))) return true;
    if (!isSecure) return false;
    const site = siteOf(host);
    return (site !== undefined && sites.has(site)) || (url.port === '' && upgraded.has(host));
  };
}

/** All texts of the manifest that may give URLs, each with the parameters of its component, and the lists that slices are made of. */
function textsOf(manifest: JsonObject, known: Known): { readonly texts: readonly Text[]; readonly lists: readonly ListedValues[] } {
  const texts: Text[] = [];
  const lists: ListedValues[] = [];
  const seen = new Set<object>();
  const visit = (value: Json | undefined, at: Known): void => {
    if (typeof value === 'string') {
      if (value.includes('://') || MAY_GIVE_URL.test(value)) texts.push({ text: value, ...at });
    } else if (typeof value === 'object' && value !== null && !seen.has(value)) {
      seen.add(value);
      if (Array.isArray(value)) for (const item of value) visit(item, at);
      else if (isPlainObject(value)) visitObject(value as JsonObject, at);
    }
  };
  const visitObject = (component: JsonObject, at: Known): void => {
    const own = component['$parameters'];
    const inside = isPlainObject(own) ? { ...at, parameters: own as JsonObject } : at;
    lists.push(...listedValues(component, inside));
    for (const [key, child] of Object.entries(component)) if (!NOT_ASKED.has(key)) visit(child, inside);
  };
  visit(manifest, known);
  return { texts, lists };
}

/** The values that a list of the manifest, or one of the config, gives to slices under a name. */
function listedValues({ values, cursor_field: field }: JsonObject, { templates, ...context }: Known): ListedValues[] {
  if (typeof field !== 'string' || field === '' || values === undefined) return [];
  if (Array.isArray(values)) return [{ field, values }];
  if (typeof values !== 'string') return [];
  const found = attempt(() => templates.compile(values).evaluateString(context));
  return Array.isArray(found) ? [{ field, values: found as Json[] }] : [];
}

function writtenUrls({ text }: Text): (string | undefined)[] {
  return [...text.matchAll(WRITTEN)].map(([, url]) => url);
}

/** URLs whose host depends on a slice, with each of the values that a list gives to slices. */
function listedUrls(texts: readonly Text[], lists: readonly ListedValues[]): string[] {
  const urls: string[] = [];
  let left = MOST_TRIES;
  for (const { text, templates, config, parameters } of texts) {
    const own = MAY_GIVE_URL.test(text) ? lists.filter(({ field }) => text.includes(field)) : [];
    if (own.length === 0) continue;
    const template = templates.compile(text);
    for (const { field, values } of own) {
      for (const value of values.slice(0, left)) {
        const slice = new StreamSlice({ [field]: value });
        const url = attempt(() => template.evaluateString({ config, parameters, stream_slice: slice, next_page_token: null }));
        if (url !== undefined) urls.push(str(url));
      }
      left = Math.max(0, left - values.length);
    }
  }
  return urls;
}

/** What is known of a URL whose host begins with something else than manifest and config give. */
function partOfUrl(entry: Text): PartOfUrl[] {
  if (!MAY_GIVE_URL.test(entry.text)) return [];
  const shown = piecesOf(entry.text)
    .map((piece) => knownPiece(piece, entry) ?? UNKNOWN)
    .join('');
  const [, protocol = '', authority = ''] = AUTHORITY.exec(shown) ?? [];
  if (!authority.includes(UNKNOWN)) return [];
  const ending = authority
    .slice(authority.lastIndexOf(UNKNOWN) + 1)
    .replace(/:\d{1,5}$/, '')
    .toLowerCase();
  return ending === '' ? [] : [{ protocol: protocol.toLowerCase(), ending }];
}

/** All texts of a config. */
function textsIn(value: Json): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap((child) => textsIn(child as Json)) : [];
}

/** A value; undefined where the template cannot be evaluated, of which whoever uses it is told. */
function attempt(evaluate: () => Value): Value | undefined {
  try {
    return evaluate();
  } catch (error) {
    if (error instanceof TemplateError) return undefined;
    throw error;
  }
}

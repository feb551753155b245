/** The domain that somebody has registered of a host: `example.com` of `api.example.com`. Undefined where there is none that is known. */
export type SiteOf = (host: string) => string | undefined;

/**
 * Loads the public suffix list. Whoever lets others use names below its own, such as github.io or myshopify.com, counts as a registry,
 * so that the names below it are of different owners; so does every suffix that the list has. What the list does not know has no owner.
 */
export async function loadSites(): Promise<SiteOf> {
  const { parse } = await import('tldts');
  return (host) => {
    const { domain, isIcann, isPrivate } = parse(host, { allowPrivateDomains: true });
    return domain !== null && (isIcann === true || isPrivate === true) ? domain : undefined;
  };
}

import type { Standing } from '../http/credentials.ts';
import { type HostRule, originText } from '../http/hosts.ts';
import type { Templates } from '../lang/index.ts';
import type { JsonObject } from '../lib/json.ts';
import { onDemand } from '../lib/on-demand.ts';

/** Where credentials may go. */
export interface Origins {
  standing(url: URL): Standing | Promise<Standing>;
}

/** What origins are named by. Manifest, configs and templates are looked at when there is an origin that is not listed. */
export interface OriginsInput {
  /** The hosts that get credentials whoever names them. */
  readonly listed: readonly HostRule[];
  readonly manifest: () => JsonObject;
  /** Every config that streams are built with. */
  readonly configs: readonly JsonObject[];
  readonly templates: () => Templates;
}

/** Many APIs keep files under hosts of their own: beyond so many, all are forgotten. */
const MOST_KNOWN = 10_000;

/** The origins of a run, each of which is judged once. */
export function createOrigins({ listed, manifest, configs, templates }: OriginsInput): Origins {
  const known = new Map<string, Standing | Promise<Standing>>();
  const named = onDemand(async () => {
    const { collectOrigins } = await import('./named-origins.ts');
    return collectOrigins({ manifest: manifest(), configs, templates: templates() });
  });

  async function judge(url: URL, origin: string): Promise<Standing> {
    const standing = (await (await named()).includes(url)) ? 'named' : 'other';
    known.set(origin, standing);
    return standing;
  }

  return {
    standing(url) {
      const origin = originText(url);
      const found = known.get(origin);
      if (found !== undefined) return found;
      if (known.size >= MOST_KNOWN) known.clear();
      const standing = listed.some((rule) => rule.matches(url)) ? 'listed' : judge(url, origin);
      known.set(origin, standing);
      return standing;
    },
  };
}

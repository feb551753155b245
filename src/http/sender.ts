import { type CallBudget, withBudget } from './budget.ts';
import { type ResponseCache, withCache } from './cache.ts';
import { type CookieJar, withCookies } from './cookies.ts';
import type { Judge } from './credentials.ts';
import { followRedirects, type RedirectOptions } from './redirects.ts';
import type { Send } from './transport.ts';

/** What stands between a requester and the transport; what is left out does nothing. */
export interface SenderParts {
  send: Send;
  budget?: CallBudget | undefined;
  cookies?: CookieJar | undefined;
  cache?: ResponseCache | undefined;
  redirects?: RedirectOptions;
  /** Who has named a host; all count as named unless told. */
  judge?: Judge | undefined;
  /** Told of hosts that nobody has named, where credentials stay behind. */
  onWithheld?: ((url: string) => void) | undefined;
}

// parity: call_rate.py:CachedLimiterSession (the order of its bases)
/** One `send` out of its parts: the cache answers first; every redirect costs a call of the budget and gets its own cookies. */
export function composeSender({ send, budget, cookies, cache, redirects, judge, onWithheld }: SenderParts): Send {
  const withJar = cookies ? withCookies(send, cookies, { judge, onWithheld }) : send;
  const limited = budget ? withBudget(withJar, budget) : withJar;
  const redirecting = followRedirects(limited, { ...redirects, judge, onWithheld });
  return cache ? withCache(redirecting, cache) : redirecting;
}

import { createRandom } from '../random.ts';

/** The secrets of one seed, with characters that are written differently in URLs, JSON and HTML. */
export interface Canaries {
  readonly accessToken: string;
  readonly apiKey: string;
  readonly clientSecret: string;
  readonly firstRefreshToken: string;
  /** A new token that no other call gives. */
  next(kind: 'access' | 'refresh'): string;
  /** All that were ever given. */
  readonly all: ReadonlySet<string>;
}

const PLAIN = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789';

/** The canaries of a seed. */
export function makeCanaries(seed: number): Canaries {
  const random = createRandom(seed, 'canaries');
  const all = new Set<string>();
  const letters = (count: number): string => Array.from({ length: count }, () => random.pick([...PLAIN])).join('');
  const keep = (secret: string): string => {
    all.add(secret);
    return secret;
  };
  return {
    accessToken: keep(`${letters(12)}.${letters(10)}-_${letters(6)}`),
    apiKey: keep(`${letters(6)}+/=&"<é\\${letters(8)}%`),
    clientSecret: keep(`${letters(8)}/+"'&=${letters(8)}`),
    firstRefreshToken: keep(`${letters(10)}~${letters(10)}`),
    next: (kind) => keep(`${kind === 'access' ? letters(24) : `${letters(8)}/${letters(16)}`}`),
    all,
  };
}

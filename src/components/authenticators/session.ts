import type { Run } from '../../engine/run.ts';
import type { Value } from '../../lang/values.ts';
import { DateTime, type Delta, Duration, orLatest } from '../../lib/time/index.ts';

/** Gives the token of a session. */
export type Session = () => Promise<Value>;

/** A session whose token is kept for its lifetime; those that ask while it is being obtained share it. Without a lifetime each gets one of its own. */
export function createSession(run: Run, obtain: () => Promise<Value>, lifetime: Delta | Duration | undefined): Session {
  if (lifetime === undefined) return obtain;
  const kept = lifetime;
  let token: Value = null;
  let expiresAt: bigint | undefined;
  let obtaining: Promise<Value> | undefined;

  async function renew(): Promise<Value> {
    token = await obtain();
    const now = DateTime.fromEpochMicroseconds(run.clock.now());
    expiresAt = orLatest(() => (kept instanceof Duration ? kept.addTo(now) : now.add(kept))).epochMicroseconds();
    return token;
  }

  return async () => {
    if (expiresAt !== undefined && expiresAt >= run.clock.now()) return token;
    obtaining ??= renew().finally(() => {
      obtaining = undefined;
    });
    return obtaining;
  };
}

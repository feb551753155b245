import { createHmac, timingSafeEqual } from 'node:crypto';
import { isPlainObject } from '../../lib/objects.ts';

const ALGORITHM = 'HS256';

/** Whether a JSON web token is signed by HS256 with the secret, and valid at a time in seconds since 1970. */
// parity: manifest_server/helpers/auth.py:verify_jwt_token, by PyJWT's defaults: no audience is expected, and nothing is forgiven
export function isValidToken(token: string, secret: string, now: number): boolean {
  const [head, payload, signature, ...rest] = token.split('.');
  if (head === undefined || payload === undefined || signature === undefined || rest.length > 0) return false;
  const header = jsonIn(head);
  if (header === undefined || header['alg'] !== ALGORITHM || 'crit' in header || header['b64'] === false) return false;
  const expected = createHmac('sha256', secret).update(`${head}.${payload}`).digest();
  const given = bytesIn(signature);
  if (given === undefined || given.length !== expected.length || !timingSafeEqual(given, expected)) return false;
  const claims = jsonIn(payload);
  return claims !== undefined && areValid(claims, now);
}

function areValid(claims: Record<string, unknown>, now: number): boolean {
  const { exp, nbf, iat, aud, sub, jti } = claims;
  const seconds = [exp, nbf, iat].map(wholeSeconds);
  if (seconds.includes(undefined)) return false;
  const [expires, begins, issued] = seconds as (number | null)[];
  if (typeof expires === 'number' && expires <= now) return false;
  if (typeof begins === 'number' && begins > now) return false;
  if (typeof issued === 'number' && issued > now) return false;
  if (Array.isArray(aud) ? aud.length > 0 : aud !== undefined && aud !== null && aud !== '') return false;
  return [sub, jti].every((name) => name === undefined || typeof name === 'string');
}

/** The seconds of a claim; null when it is absent, undefined when it is none. */
function wholeSeconds(claim: unknown): number | null | undefined {
  if (claim === undefined) return null;
  if (typeof claim === 'number' && Number.isFinite(claim)) return Math.trunc(claim);
  return typeof claim === 'string' && /^\d{1,15}$/.test(claim) ? Number(claim) : undefined;
}

function jsonIn(segment: string): Record<string, unknown> | undefined {
  const bytes = bytesIn(segment);
  if (bytes === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(bytes.toString());
    return isPlainObject(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function bytesIn(segment: string): Buffer | undefined {
  return /^[\w-]+={0,2}$/.test(segment) ? Buffer.from(segment, 'base64url') : undefined;
}

import type { KeyObject } from 'node:crypto';

/** The algorithms that a JSON Web Token can be signed by. */
export const JWT_ALGORITHMS = [
  'HS256',
  'HS384',
  'HS512',
  'ES256',
  'ES256K',
  'ES384',
  'ES512',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'EdDSA',
] as const;
export type JwtAlgorithm = (typeof JWT_ALGORITHMS)[number];

/** What a token is signed by; a key that is no HMAC secret is a private key in PEM form. */
export interface SigningKey {
  readonly algorithm: JwtAlgorithm;
  readonly secret: string;
  readonly passphrase: string | undefined;
}

/** A key that does not fit its algorithm or cannot be read; the message holds nothing of it. */
export class SigningKeyError extends Error {}

const CURVES: Readonly<Record<string, string>> = { ES256: 'prime256v1', ES256K: 'secp256k1', ES384: 'secp384r1', ES512: 'secp521r1' };
const PEM = /-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/;

/** The signature of a text in base64url; throws SigningKeyError. parity: jwt/algorithms.py */
export async function signatureOf(input: string, key: SigningKey): Promise<string> {
  const crypto = await import('node:crypto');
  const { algorithm } = key;
  const hash = `sha${/\d+/.exec(algorithm)?.[0]}`;
  const bytes = Buffer.from(input);
  if (algorithm.startsWith('HS')) return crypto.createHmac(hash, hmacSecret(key.secret)).update(bytes).digest('base64url');
  const privateKey = readPrivateKey(crypto.createPrivateKey, key);
  requireKeyType(privateKey, algorithm);
  const signed = (): Buffer => {
    switch (algorithm.slice(0, 2)) {
      case 'RS':
        return crypto.sign(hash, bytes, privateKey);
      case 'PS': {
        const padding = crypto.constants.RSA_PKCS1_PSS_PADDING;
        return crypto.sign(hash, bytes, { key: privateKey, padding, saltLength: crypto.constants.RSA_PSS_SALTLEN_DIGEST });
      }
      case 'ES':
        return crypto.sign(hash, bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' });
      default:
        return crypto.sign(null, bytes, privateKey);
    }
  };
  return signed().toString('base64url');
}

function hmacSecret(secret: string): string {
  if (secret === '') throw new SigningKeyError('the secret key is empty');
  if (PEM.test(secret)) throw new SigningKeyError('the secret key is a PEM key, which an HS algorithm cannot use');
  return secret;
}

function readPrivateKey(createPrivateKey: typeof import('node:crypto').createPrivateKey, { secret, passphrase }: SigningKey): KeyObject {
  try {
    return createPrivateKey({ key: normalizePem(secret), format: 'pem', ...(passphrase === undefined ? {} : { passphrase }) });
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    const hint =
      passphrase === undefined
        ? 'it must be a private key in PEM form, and an encrypted one needs its passphrase'
        : 'check the key and its passphrase';
    throw new SigningKeyError(`the private key cannot be read (${reason}): ${hint}`);
  }
}

/** Gives a key its line breaks back, which input fields of one line replace by blanks or `\n`. */
function normalizePem(text: string): string {
  const unescaped = text.replaceAll('\\n', '\n');
  const [, label, body] = PEM.exec(unescaped) ?? [];
  if (label === undefined || body === undefined || body.includes(':')) return unescaped;
  const lines = body.replace(/\s+/g, '').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

function requireKeyType(key: KeyObject, algorithm: JwtAlgorithm): void {
  const type = key.asymmetricKeyType ?? '';
  const curve = CURVES[algorithm];
  if (curve !== undefined) {
    if (type !== 'ec' || key.asymmetricKeyDetails?.namedCurve !== curve)
      throw new SigningKeyError(`${algorithm} needs a key of the curve ${curve}`);
    return;
  }
  const fits = algorithm === 'EdDSA' ? type === 'ed25519' || type === 'ed448' : type === 'rsa';
  if (!fits)
    throw new SigningKeyError(
      `${algorithm} needs ${algorithm === 'EdDSA' ? 'an Ed25519 or Ed448' : 'an RSA'} key, not one of type ${type}`,
    );
}

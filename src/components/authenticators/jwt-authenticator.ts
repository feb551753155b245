import { type Builder, WITHOUT_PARAMETERS } from '../../engine/builder.ts';
import { component } from '../../engine/component.ts';
import { boolean, integer, object, oneOf, optional, type Slot, shape, slot, template, text, withDefault } from '../../engine/fields.ts';
import { compileMapping } from '../../engine/mappings.ts';
import { jsonText } from '../../lang/functions/json-text.ts';
import { truth } from '../../lang/operators.ts';
import type { PlainDict, Value } from '../../lang/values.ts';
import type { JsonObject } from '../../lib/json.ts';
import { ConfigError, SystemError } from '../../protocol/failure.ts';
import { JWT_ALGORITHMS, SigningKeyError, signatureOf } from './jwt-signature.ts';

const RESERVED_HEADERS = ['kid', 'alg', 'typ', 'cty'];
const RESERVED_CLAIMS = ['iss', 'sub', 'aud', 'iat', 'exp', 'nbf'];

/** parity: auth/jwt.py:JwtAuthenticator */
export const JwtAuthenticator = component({
  type: 'JwtAuthenticator',
  kind: 'authenticator',
  summary: 'Signs a JSON Web Token and sends it with each request, in the Authorization header unless told otherwise.',
  example: `
    type: JwtAuthenticator
    algorithm: RS256
    secret_key: "{{ config['private_key'] }}"
    token_duration: 600
    header_prefix: Bearer
    jwt_headers:
      kid: "{{ config['key_id'] }}"
    jwt_payload:
      iss: "{{ config['issuer'] }}"
      aud: https://api.example.com`,
  fields: () => ({
    secret_key: template('config'),
    base64_encode_secret_key: withDefault(boolean(), false),
    algorithm: oneOf(...JWT_ALGORITHMS),
    token_duration: withDefault(integer(), 1200),
    header_prefix: optional(text('What stands before the token, such as Bearer.')),
    jwt_headers: optional(shape({ kid: optional(text()), typ: withDefault(text(), 'JWT'), cty: optional(text()) }, { closed: true })),
    additional_jwt_headers: optional(object()),
    jwt_payload: optional(shape({ iss: optional(text()), sub: optional(text()), aud: optional(text()) }, { closed: true })),
    additional_jwt_payload: optional(object()),
    passphrase: optional(text('What the private key is encrypted by.')),
    request_option: optional(slot('requestOption', { types: ['RequestOption'], defaultType: 'RequestOption' })),
  }),
  build(spec, b) {
    const inHeader = { type: 'RequestOption', inject_into: 'header', field_name: 'Authorization' } as Slot<'requestOption'>;
    const option = b.build('requestOption', spec.request_option ?? inHeader, {
      defaultType: 'RequestOption',
      ...WITHOUT_PARAMETERS,
    });
    const [secretKey, passphrase, prefix] = [
      compileText(b, spec.secret_key),
      compileText(b, spec.passphrase),
      compileText(b, spec.header_prefix),
    ];
    const [extraHeaders, extraClaims] = [compileObject(b, spec.additional_jwt_headers), compileObject(b, spec.additional_jwt_payload)];
    const { kid, typ = 'JWT', cty } = spec.jwt_headers ?? {};
    const [keyId, type, contentType] = [compileText(b, kid), compileValue(b, typ), compileValue(b, cty)];
    const { iss, sub, aud } = spec.jwt_payload ?? {};
    const [issuer, subject, audience] = [compileText(b, iss), compileValue(b, sub), compileValue(b, aud)];

    function headers(): PlainDict {
      const header = extraHeaders();
      refuseReserved(header, RESERVED_HEADERS, 'additional_jwt_headers');
      const typed = type === undefined ? 'JWT' : type();
      return withoutUndefined({
        ...header,
        kid: keyId?.(),
        typ: truth(typed) ? typed : undefined,
        cty: contentType?.(),
        alg: spec.algorithm,
      });
    }

    function claims(): PlainDict {
      const payload = extraClaims();
      refuseReserved(payload, RESERVED_CLAIMS, 'additional_jwt_payload');
      const now = Number(b.run.clock.now() / 1_000_000n);
      return withoutUndefined({
        ...payload,
        iss: issuer?.(),
        sub: subject?.(),
        aud: audience?.(),
        iat: now,
        exp: now + spec.token_duration,
        nbf: now,
      });
    }

    function signingSecret(protectedBy: string | undefined): string {
      const secret = secretKey?.() ?? '';
      b.run.secrets.add(secret);
      return spec.base64_encode_secret_key && protectedBy === undefined ? Buffer.from(secret).toString('base64') : secret;
    }

    let last: { readonly input: string; readonly token: string } | undefined;

    /** The token as of now; signing costs, so that requests of the same second share one. */
    async function signedToken(): Promise<string> {
      const header = jsonText(headers(), { compact: true, sortKeys: true });
      const input = [header, jsonText(claims(), { compact: true })].map((part) => Buffer.from(part).toString('base64url')).join('.');
      if (last?.input === input) return last.token;
      const given = passphrase?.() || undefined;
      const key = { algorithm: spec.algorithm, secret: signingSecret(given), passphrase: given };
      const token = `${input}.${await signatureOf(input, key).catch(refuseKey)}`;
      b.run.secrets.addPassing(token);
      last = { input, token };
      return token;
    }

    async function credential(): Promise<string> {
      const token = await signedToken();
      const before = prefix?.();
      return before ? `${before} ${token}` : token;
    }

    return {
      credential,
      async contribute(options) {
        option.inject(options, await credential());
      },
    };
  },
});

function refuseKey(error: unknown): never {
  if (error instanceof SigningKeyError) throw new ConfigError(`The JSON Web Token cannot be signed: ${error.message}.`, { cause: error });
  throw error;
}

function refuseReserved(values: PlainDict, reserved: readonly string[], field: string): void {
  const found = reserved.filter((name) => Object.hasOwn(values, name));
  if (found.length > 0)
    throw new SystemError(`${field} must not set ${found.join(', ')}: JwtAuthenticator sets ${reserved.join(', ')} itself.`);
}

/** A template whose result is taken as text, numbers as they are written; undefined for an absent or empty one. */
function compileText(b: Builder, field: string | undefined): (() => string | undefined) | undefined {
  if (!field) return undefined;
  const compiled = b.template(field);
  const context = b.context();
  return () => {
    const value = compiled.evaluateString(context);
    if (value === null) return undefined;
    return typeof value === 'string' ? value : compiled.render(context);
  };
}

function compileValue(b: Builder, field: string | undefined): (() => Value) | undefined {
  if (!field) return undefined;
  const expression = b.string(field);
  return () => expression.evaluate(b.context());
}

/** An object of templates whose nulls are kept, a new one at each call. */
function compileObject(b: Builder, mapping: JsonObject | undefined): () => PlainDict {
  const evaluate = compileMapping(b, mapping, { textOnly: false, keepNulls: true });
  return () => evaluate(b.context()) as PlainDict;
}

function withoutUndefined(values: { readonly [name: string]: Value | undefined }): PlainDict {
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, Value] => entry[1] !== undefined));
}

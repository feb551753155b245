/** The ways in which a secret may be written that readers, or those who know what to look for, can read it from. */
export function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const percentAll = [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
  const escaped = JSON.stringify(secret).slice(1, -1);
  const forms = [
    secret,
    encodeURIComponent(secret),
    encodeURIComponent(secret).replace(/%20/g, '+'),
    encodeURIComponent(encodeURIComponent(secret)),
    encodeURI(secret),
    percentAll,
    percentAll.toUpperCase(),
    escaped,
    JSON.stringify(escaped).slice(1, -1),
    [...secret].map((character) => (/[\u0080-\uffff]/.test(character) ? unicodeEscape(character) : character)).join(''),
    secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;'),
    secret.toLowerCase(),
    secret.toUpperCase(),
    ...hexForms(bytes),
    ...characterForms(secret),
    [...bytes].map((byte) => `=${hex(byte).toUpperCase()}`).join(''),
    [...bytes].map((byte) => `%25${hex(byte)}`).join(''),
    [...bytes].map((byte) => `\\x${hex(byte)}`).join(''),
    ...base64Cores(bytes),
  ];
  return [...new Set([...forms, ...forms.map((form) => JSON.stringify(form).slice(1, -1))])];
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

function hexForms(bytes: Buffer): string[] {
  const digits = bytes.toString('hex');
  return [digits, digits.toUpperCase(), [...bytes].map(hex).join(':'), [...bytes].map(hex).join(' ')];
}

/** Every character as HTML and as JSON may write it. */
function characterForms(secret: string): string[] {
  const codes = [...secret].map((character) => character.codePointAt(0) as number);
  return [
    codes.map((code) => `&#${code};`).join(''),
    codes.map((code) => `&#x${code.toString(16)};`).join(''),
    codes.map((code) => `&#X${code.toString(16).toUpperCase()};`).join(''),
    secret.split('').map(unicodeEscape).join(''),
  ];
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** What base64 makes of the bytes wherever they stand in a larger text, without what its neighbours have a part in. */
function base64Cores(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    const core = encoded.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6));
    return [core, core.replaceAll('+', '-').replaceAll('/', '_'), encodeURIComponent(core)];
  });
}

/** Part of a secret from this length on gives it away. */
const FRAGMENT = 12;

/** Every part of a secret that would still give it away, such as where a text was cut. */
function fragmentsOf(secret: string): string[] {
  return Array.from({ length: Math.max(0, secret.length - FRAGMENT) }, (_, at) => secret.slice(at, at + FRAGMENT));
}

/** The secrets that a text holds in some form or in part, each as `secret (form)`. */
export function findLeaks(text: string, secrets: Iterable<string>): string[] {
  const found: string[] = [];
  for (const secret of secrets) {
    const form = [...formsOf(secret), ...fragmentsOf(secret)].find((candidate) => text.includes(candidate));
    if (form !== undefined) found.push(`${secret} (as ${form})`);
  }
  return found;
}

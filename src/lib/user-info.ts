import type { Found } from './needle-index.ts';

const END_OF_AUTHORITY = new Set([...'/?#\\"\'<>`'].map((character) => character.charCodeAt(0)));
const BLANK = 0x20;
const AT = 0x40;
const MARK = '://';

/** Finds the user and password of each URL in a text. */
export function findUserInfo(text: Uint8Array, found: Found): void {
  const buffer = Buffer.from(text.buffer, text.byteOffset, text.byteLength);
  for (let mark = buffer.indexOf(MARK); mark >= 0; mark = buffer.indexOf(MARK, mark + 1)) {
    const start = mark + MARK.length;
    let last = -1;
    for (let at = start; at < buffer.length && !endsAuthority(buffer[at] as number); at += 1) if (buffer[at] === AT) last = at;
    if (last > start) found(start, last);
  }
}

function endsAuthority(byte: number): boolean {
  return byte <= BLANK || END_OF_AUTHORITY.has(byte);
}

/** What of the credentials of URLs in a text is secret, as it is written and decoded: the password, or a user without one. */
export function userInfoSecrets(text: string): string[] {
  if (!text.includes(MARK) || !text.includes('@')) return [];
  const bytes = Buffer.from(text);
  const secrets: string[] = [];
  findUserInfo(bytes, (start, end) => {
    const userInfo = bytes.toString('utf8', start, end);
    const colon = userInfo.indexOf(':');
    const secret =
      colon < 0 || colon === userInfo.length - 1 ? userInfo.slice(0, colon < 0 ? undefined : colon) : userInfo.slice(colon + 1);
    if (secret !== '') secrets.push(...new Set([secret, percentDecoded(secret)]));
  });
  return secrets;
}

/** A user or a password as it is meant: a `%` without two digits stands for itself. */
export function percentDecoded(text: string): string {
  return text.replace(/(?:%[0-9a-fA-F]{2})+/g, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'));
}

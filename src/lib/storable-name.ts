import { createHash } from 'node:crypto';

/** The longest name that file systems take, in bytes. */
const LONGEST = 255;
/** The longest ending that a shortened name keeps, in bytes. */
const LONGEST_ENDING = 20;

/** The beginning of a text that takes at most so many bytes of UTF-8, in whole characters. */
export function cutToBytes(text: string, bytes: number): string {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(bytes));
  return text.slice(0, read);
}

/** A short text that other texts do not share; lone surrogates count. */
export function fingerprintOf(text: string): string {
  return createHash('sha256').update(JSON.stringify(text)).digest('hex').slice(0, 8);
}

/**
 * The name itself where file systems take it. One that is too long, or holds what no name can hold (NUL, half of a surrogate pair), becomes
 * one that they take and that other names do not become.
 */
export function storableName(name: string): string {
  if (Buffer.byteLength(name) <= LONGEST && !name.includes('\0') && name.isWellFormed()) return name;
  const clean = name.replaceAll('\0', '_').toWellFormed();
  const dot = clean.lastIndexOf('.');
  const ending = dot > 0 && Buffer.byteLength(clean.slice(dot)) <= LONGEST_ENDING ? clean.slice(dot) : '';
  const tail = `~${fingerprintOf(name)}${ending}`;
  return cutToBytes(clean.slice(0, clean.length - ending.length), LONGEST - Buffer.byteLength(tail)) + tail;
}

/**
 * The path of a file below a folder, both with `/` between names, each name one that file systems take; undefined where the path leads out
 * of the folder or names no file.
 */
export function pathBelow(folder: string, file: string): string | undefined {
  const names: string[] = [];
  for (const name of file.split('/')) {
    if (name === '' || name === '.') continue;
    if (name !== '..') names.push(name);
    else if (names.pop() === undefined) return undefined;
  }
  const [above, isNoFile] = [folder.split('/'), names.length === 0 || file.endsWith('/')];
  if (isNoFile || above.some((name) => name === '.' || name === '..')) return undefined;
  return [...above, ...names].map(storableName).join('/');
}

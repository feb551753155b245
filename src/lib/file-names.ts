import { createHash } from 'node:crypto';

const LONGEST = 120;

/** Gives each name a file name of its own, on file systems that do not tell upper case from lower case too; the same one each time. */
export function createFileNames(extension: string): (name: string) => string {
  const known = new Map<string, string>();
  const taken = new Set<string>();
  return (name) => {
    const present = known.get(name);
    if (present !== undefined) return present;
    const base = safeName(name);
    let candidate = `${base}${extension}`;
    for (let count = 2; taken.has(candidate.toLowerCase()); count++) candidate = `${base}~${count}${extension}`;
    taken.add(candidate.toLowerCase());
    known.set(name, candidate);
    return candidate;
  };
}

/** A name with nothing in it that a file system might take amiss. */
function safeName(name: string): string {
  const safe = encodeURIComponent(name === '' ? '_' : name.toWellFormed()).replace(
    /[*'()!]|^\.|^-/g,
    (character) => `%${character.charCodeAt(0).toString(16)}`,
  );
  if (safe.length <= LONGEST) return safe;
  return `${safe.slice(0, LONGEST)}~${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}

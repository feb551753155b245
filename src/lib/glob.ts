const SPECIAL = /[\\^$.*+?()[\]{}|/-]/g;

/** Whether a pattern holds characters that match other than themselves. */
export function isGlob(pattern: string): boolean {
  return /[*?[]/.test(pattern);
}

/** A shell pattern as a regular expression over a whole text: `*`, `?`, `[abc]`, `[a-z]`, `[!a]`; case counts. */
// parity: fnmatch.translate
export function compileGlob(pattern: string): RegExp {
  const characters = [...pattern];
  let source = '';
  for (let i = 0; i < characters.length; i += 1) {
    const character = characters[i] as string;
    if (character === '*') source += '.*';
    else if (character === '?') source += '.';
    else if (character === '[') {
      const end = setEnd(characters, i + 1);
      if (end === -1) source += '\\[';
      else {
        source += setSource(characters.slice(i + 1, end));
        i = end;
      }
    } else source += escapeCharacter(character);
  }
  return new RegExp(`^(?:${source})$`, 'su');
}

function escapeCharacter(character: string): string {
  return character.replace(SPECIAL, '\\$&');
}

/** Where the set that begins at `start` ends: a `]` that stands first belongs to the set; -1 when it never ends. */
function setEnd(characters: readonly string[], start: number): number {
  let from = start;
  if (characters[from] === '!') from += 1;
  if (characters[from] === ']') from += 1;
  return characters.indexOf(']', from);
}

/** A character class; ranges that run backwards are left out, and a class that is left empty matches nothing. */
function setSource(set: readonly string[]): string {
  const negated = set[0] === '!';
  const members = negated ? set.slice(1) : set;
  let inner = '';
  for (let i = 0; i < members.length; i += 1) {
    const first = members[i] as string;
    const last = members[i + 2];
    if (members[i + 1] !== '-' || last === undefined) {
      inner += escapeCharacter(first);
      continue;
    }
    if ((first.codePointAt(0) ?? 0) <= (last.codePointAt(0) ?? 0)) inner += `${escapeCharacter(first)}-${escapeCharacter(last)}`;
    i += 2;
  }
  if (inner === '') return negated ? '.' : '(?!)';
  return `[${negated ? '^' : ''}${inner}]`;
}

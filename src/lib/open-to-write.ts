import { closeSync, constants, openSync, statSync } from 'node:fs';

/** Opens a file for writing, `a` after what it holds or `w` in its place; throws the system's error. A pipe that nobody reads is refused, since it would hold up the run. */
export function openToWrite(file: string, flags: 'a' | 'w', mode?: number): number {
  const isPipe = statSync(file, { throwIfNoEntry: false })?.isFIFO() === true;
  const probe = isPipe ? openSync(file, constants.O_WRONLY | constants.O_NONBLOCK) : undefined;
  try {
    return openSync(file, flags, mode);
  } finally {
    // Not before: a reader would take that for the end.
    if (probe !== undefined) closeSync(probe);
  }
}

import { type MaskedContent, maskContent, type Redact } from './mask-content.ts';

/** Bytes that a part of a body has at most; shorter bodies stand in one piece. */
const PART_BYTES = 4 * 1024 * 1024;
/** How far before the wished border a part may end, so that no secret and no character is cut in two. */
const SEARCHED_BYTES = 64 * 1024;
const STEP = 97;

/** Cuts a body that comes in chunks into pieces that can be masked one by one. */
export interface BodySplitter {
  /** The pieces that are complete with these bytes. */
  add(bytes: Uint8Array): MaskedContent[];
  /** What is left. */
  rest(): Uint8Array;
}

/** A splitter whose pieces hold no part of a secret that the next piece would complete. */
export function createBodySplitter(redact: Redact, partBytes: number = PART_BYTES): BodySplitter {
  let waiting: Uint8Array[] = [];
  let size = 0;

  function together(): Buffer {
    const all = Buffer.concat(waiting, size);
    waiting = [all];
    return all;
  }

  return {
    add(bytes) {
      waiting.push(bytes);
      size += bytes.length;
      const pieces: MaskedContent[] = [];
      while (size > partBytes + SEARCHED_BYTES) {
        const all = together();
        const border = borderBefore(all, partBytes, redact);
        pieces.push(maskContent(all.subarray(0, border), redact));
        waiting = [all.subarray(border)];
        size -= border;
      }
      return pieces;
    },
    rest: () => together(),
  };
}

/** A place at or before `wished` where a part may end: between characters, and not within a secret. */
function borderBefore(bytes: Buffer, wished: number, redact: Redact): number {
  const from = Math.max(0, wished - SEARCHED_BYTES);
  const around = bytes.subarray(from, wished + SEARCHED_BYTES).toString('latin1');
  const masked = redact(around);
  if (masked === around) return characterBefore(bytes, wished);
  for (let border = wished; border > from; border -= STEP) {
    const at = characterBefore(bytes, border);
    if (redact(around.slice(0, at - from)) + redact(around.slice(at - from)) === masked) return at;
  }
  return characterBefore(bytes, wished);
}

/** The start of the UTF-8 character that a place lies in. */
function characterBefore(bytes: Buffer, place: number): number {
  let at = place;
  while (at > place - 3 && at > 0 && ((bytes[at] as number) & 0xc0) === 0x80) at -= 1;
  return at;
}

/** Parts of a text that are to be replaced; those that touch count as one. */
export interface Spans {
  readonly isEmpty: boolean;
  /** Adds the part between two places; an empty one is of the byte that stands there. */
  add(start: number, end: number): void;
  /** The text with something in the place of each part. */
  replaceIn(text: Uint8Array, replacement: string): string;
}

type Span = [start: number, end: number];

/** No parts yet. */
export function createSpans(): Spans {
  const spans: Span[] = [];
  return {
    get isEmpty() {
      return spans.length === 0;
    },
    add(start, end) {
      const last = spans.at(-1);
      if (last !== undefined && start >= last[0] && start <= last[1]) last[1] = Math.max(last[1], end);
      else spans.push([start, Math.max(end, start + 1)]);
    },
    replaceIn(text, replacement) {
      const pieces: Uint8Array[] = [];
      const mark = Buffer.from(replacement);
      let done = 0;
      for (const [start, end] of merged(spans)) {
        pieces.push(text.subarray(done, start), mark);
        done = end;
      }
      return Buffer.concat([...pieces, text.subarray(done)]).toString('utf8');
    },
  };
}

function merged(spans: readonly Span[]): Span[] {
  const joined: Span[] = [];
  for (const [start, end] of spans.toSorted((a, b) => a[0] - b[0])) {
    const last = joined.at(-1);
    if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end);
    else joined.push([start, end]);
  }
  return joined;
}

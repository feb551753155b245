import type { Output } from '../protocol/output.ts';

/** Lets another output take the place of the command's own, so that a signal ends that one too. */
export interface Relay {
  /** The output that everything goes to by default; the one given back relays. */
  over(output: Output): Output;
  /** Has another output ended before it when the command is broken off. */
  endFirst(end: (() => Promise<void>) | undefined): void;
}

/** A relay that ends nothing first. */
export function createRelay(): Relay {
  let first: (() => Promise<void>) | undefined;
  return {
    over(output) {
      return {
        ...output,
        async end() {
          await first?.();
          await output.end();
        },
      };
    },
    endFirst(end) {
      first = end;
    },
  };
}

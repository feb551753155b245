/** Counts what is under way. */
export interface Pending {
  begin(): void;
  end(): void;
  /** Resolves when nothing is under way; asked for once, when nothing more begins. */
  none(): Promise<void>;
}

/** A count of nothing yet; unlike a Set of promises, it keeps none of what has ended in memory. */
export function createPending(): Pending {
  let count = 0;
  let onNone: (() => void) | undefined;
  return {
    begin() {
      count += 1;
    },
    end() {
      count -= 1;
      if (count === 0) onNone?.();
    },
    none: () => (count === 0 ? Promise.resolve() : new Promise((resolve) => (onNone = resolve))),
  };
}

/** Fetches the next item while its reader does something else. */
export interface LookAhead<T> {
  /** The next item, which stays the next one until it is taken; undefined when there is none left. */
  next(): Promise<T | undefined>;
  /** The next item if it can be had without waiting for anything outside of the process; it is fetched on otherwise. */
  soon(): Promise<T | undefined>;
  /** Goes on to the item after the next one. */
  take(): void;
  /** Resolves when the item that is being fetched is there; never when none is. */
  arrival(): Promise<void>;
  /** Whether no item is left, be it that fetching failed. */
  readonly isDone: boolean;
  /** The error that ended the fetching, given once. */
  takeFailure(): unknown;
  /** Ends the source; what is being fetched then is left to itself. */
  end(): void;
}

/** Reads an iterable one item ahead. */
export function lookAhead<T>(source: AsyncIterable<T>, onEndFailure: (error: unknown) => void): LookAhead<T> {
  const iterator = source[Symbol.asyncIterator]();
  let item: T | undefined;
  let fetching: Promise<void> | undefined;
  let isDone = false;
  let failure: unknown;

  async function fetch(): Promise<void> {
    try {
      const result = await iterator.next();
      if (result.done === true) isDone = true;
      else item = result.value;
    } catch (error) {
      isDone = true;
      failure = error;
    } finally {
      fetching = undefined;
    }
  }

  function begin(): void {
    if (item === undefined && !isDone) fetching ??= fetch();
  }

  return {
    async next() {
      begin();
      await fetching;
      return item;
    },
    async soon() {
      begin();
      await Promise.race([fetching, new Promise((resolve) => setImmediate(resolve))]);
      return item;
    },
    take() {
      item = undefined;
    },
    arrival: () => fetching ?? new Promise(() => {}),
    get isDone() {
      return isDone;
    },
    takeFailure() {
      const taken = failure;
      failure = undefined;
      return taken;
    },
    end() {
      if (isDone) return;
      isDone = true;
      iterator.return?.().catch(onEndFailure);
    },
  };
}

/** Fetches the next item while its reader does something else. */
export interface LookAhead<T> {
  /** The next item if it is there already; begins to fetch it otherwise. It stays the next one until it is taken. */
  peek(): T | undefined;
  /** The next item; undefined when there is none left. */
  next(): Promise<T | undefined>;
  /** Goes on to the item after the next one. */
  take(): void;
  /** Resolves when the item that is being fetched is there; never when none is. */
  arrival(): Promise<void>;
  /** Whether no item is left, be it that fetching failed. */
  readonly isDone: boolean;
  /** What ended the fetching before the last item, each time it is asked for until it is undefined. */
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

  function peek(): T | undefined {
    if (item === undefined && !isDone) fetching ??= fetch();
    return item;
  }

  return {
    peek,
    async next() {
      peek();
      await fetching;
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

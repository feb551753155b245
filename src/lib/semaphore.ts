/** A bound on how many things happen at a time; those that wait go in turn. */
export interface Semaphore {
  acquire(): Promise<void>;
  release(): void;
}

/** A semaphore with so many places. */
export function createSemaphore(places: number): Semaphore {
  let free = places;
  const waiting: (() => void)[] = [];
  let head = 0;
  return {
    acquire() {
      if (free > 0) {
        free -= 1;
        return Promise.resolve();
      }
      return new Promise((resolve) => waiting.push(resolve));
    },
    release() {
      const next = waiting[head];
      if (next === undefined) {
        free += 1;
        return;
      }
      head += 1;
      if (head === waiting.length || head > 1024) {
        waiting.splice(0, head);
        head = 0;
      }
      next();
    },
  };
}

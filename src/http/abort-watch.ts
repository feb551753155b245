/** What is given up when a signal aborts; `place` is the watch's own. */
export interface Abortable {
  place: number;
  abort(): void;
}

/** Those that one signal gives up. */
export interface AbortWatch {
  add(one: Abortable): void;
  remove(one: Abortable): void;
}

const watches = new WeakMap<AbortSignal, AbortWatch>();

/**
 * The watch of a signal, which listens to it once for all. Listeners of a signal, and the entries of a Set, stay linked to those that came
 * after them when they are gone: each request would keep all later ones in memory until the next full collection.
 */
export function watchAbort(signal: AbortSignal): AbortWatch {
  const known = watches.get(signal);
  if (known !== undefined) return known;
  const active: Abortable[] = [];
  const watch: AbortWatch = {
    add(one) {
      one.place = active.length;
      active.push(one);
    },
    remove(one) {
      if (active[one.place] !== one) return;
      const last = active.pop() as Abortable;
      if (last === one) return;
      active[one.place] = last;
      last.place = one.place;
    },
  };
  const abortAll = (): void => {
    for (const one of [...active]) one.abort();
  };
  signal.addEventListener('abort', abortAll, { once: true });
  watches.set(signal, watch);
  return watch;
}

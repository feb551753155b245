/** Values made once and shared under a key. */
export interface Cache {
  once<T>(key: string, make: () => T): T;
}

/** An empty cache. */
export function createCache(): Cache {
  const values = new Map<string, unknown>();
  return {
    once<T>(key: string, make: () => T): T {
      if (!values.has(key)) values.set(key, make());
      return values.get(key) as T;
    },
  };
}

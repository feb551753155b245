/** Packed bytes that may unpack to as much as they like. */
const FREE_BYTES = 64 * 1024 * 1024;

/** Counts how far bytes grow when they are unpacked. */
export interface Expansion {
  /** Packed bytes that were taken. */
  took(bytes: number): void;
  /** Counts unpacked bytes; false when there are more than there may be. */
  gave(bytes: number): boolean;
}

/** Lets bytes grow by a factor, and to 64 MiB in any case. */
export function createExpansion(factor: number): Expansion {
  let [packed, unpacked] = [0, 0];
  return {
    took(bytes) {
      packed += bytes;
    },
    gave(bytes) {
      unpacked += bytes;
      return unpacked <= Math.max(FREE_BYTES, factor * packed);
    },
  };
}

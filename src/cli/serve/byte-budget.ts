/** What one request holds of a budget. */
export interface ByteShare {
  /** Takes bytes; false, and nothing is taken, when the budget does not have them. */
  take(bytes: number): boolean;
  /** Gives all of it back. */
  release(): void;
}

/** Bytes that requests may hold together. */
export interface ByteBudget {
  share(): ByteShare;
}

/** A budget of so many bytes. */
export function createByteBudget(total: number): ByteBudget {
  let left = total;
  return {
    share() {
      let held = 0;
      return {
        take(bytes) {
          if (bytes > left) return false;
          left -= bytes;
          held += bytes;
          return true;
        },
        release() {
          left += held;
          held = 0;
        },
      };
    },
  };
}

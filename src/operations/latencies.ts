/** Each bucket is wider than the one before by this factor, which is how exact the answers are. */
const GROWTH = 1.04;
const BUCKETS = 400;

/** Durations in milliseconds, of which any number takes the same room. */
export interface Latencies {
  readonly count: number;
  add(ms: number): void;
  /** The duration that a share of them (0.95 for the 95th percentile) does not exceed, within 4 %; undefined without any. */
  percentile(share: number): number | undefined;
  /** Takes over those of another. */
  addAll(other: Latencies): void;
  readonly buckets: Uint32Array;
}

/** No durations yet. */
export function createLatencies(): Latencies {
  const buckets = new Uint32Array(BUCKETS);
  let count = 0;
  return {
    get count() {
      return count;
    },
    buckets,
    add(ms) {
      const index = ms <= 1 ? 0 : Math.min(BUCKETS - 1, Math.ceil(Math.log(ms) / Math.log(GROWTH)));
      buckets[index] = (buckets[index] as number) + 1;
      count += 1;
    },
    percentile(share) {
      if (count === 0) return undefined;
      let seen = 0;
      for (let index = 0; index < BUCKETS; index++) {
        seen += buckets[index] as number;
        if (seen >= share * count) return Math.round(GROWTH ** index);
      }
      return undefined;
    },
    addAll(other) {
      for (const [index, number] of other.buckets.entries()) buckets[index] = (buckets[index] as number) + number;
      count += other.count;
    },
  };
}

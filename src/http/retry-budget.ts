/** What all requests of a run may repeat together, so that an API that is down does not hold a sync for hours. */
export interface RetryBudget {
  /** Takes one retry; false when none is left. */
  take(): boolean;
  /** Told of a request that succeeded, which gives a retry back. */
  sawSuccess(): void;
}

/** A budget of so many retries more than there are successes. */
export function createRetryBudget(most: number): RetryBudget {
  let left = most;
  return {
    take() {
      if (left < 1) return false;
      left -= 1;
      return true;
    },
    sawSuccess() {
      left = Math.min(left + 1, most);
    },
  };
}

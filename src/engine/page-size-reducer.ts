import { ConfigError, SystemError, TransientError } from '../protocol/failure.ts';
import type { PageSizeReducer } from './kinds.ts';
import type { Run } from './run.ts';

/** How pages are made smaller. */
export interface ReductionRules {
  /** What the page size is divided by; above 1. */
  readonly factor: number;
  /** The smallest page size to ask for; at least 1. */
  readonly minimum: number;
  /** Reductions in a row without a page that succeeds. */
  readonly maxAttempts: number;
  /** The wait before a page is asked for again, times the attempts in a row. */
  readonly backoffSeconds: number;
  /** How often a page is asked for again when it cannot be made smaller. */
  readonly retriesAtMinimum: number;
  readonly failureMessage: string | undefined;
  /** Whether a page that succeeds brings the configured page size back. */
  readonly restores: boolean;
}

/** Follows the page size of one slice; `configured` is undefined when the paginator has none. parity: retrievers/page_size_reducer.py:PageSizeReducer */
export function createPageSizeReducer(rules: ReductionRules, configured: number | undefined, stream: string, run: Run): PageSizeReducer {
  let reduced: number | undefined;
  let attempts = 0;
  let retries = 0;

  const failed = (message: string, internalMessage: string): TransientError =>
    new TransientError([message, rules.failureMessage?.trim()].filter((part) => part).join(' '), { internalMessage });

  async function wait(count: number, what: string): Promise<void> {
    const seconds = rules.backoffSeconds * count;
    run.log.info(`Stream ${stream}: ${what} in ${seconds} s.`);
    await run.clock.sleep(seconds * 1000);
  }

  async function retryAtMinimum(size: number, rejection: string): Promise<void> {
    if (retries < rules.retriesAtMinimum) {
      retries += 1;
      await wait(
        retries,
        `a page of ${size} records cannot be made smaller and is asked for again (${retries} of ${rules.retriesAtMinimum})`,
      );
      return;
    }
    const internal = `page size ${size}, minimum ${rules.minimum}, ${retries} retries at that size${rejection}`;
    if (reduced === undefined && rules.minimum > 1) {
      throw new ConfigError(
        `The page size of stream ${stream} (${size}) is not above minimum_page_size (${rules.minimum}), so it cannot be reduced: raise the page size, or lower minimum_page_size.`,
        {
          internalMessage: internal,
        },
      );
    }
    throw failed(
      `The API refuses pages of stream ${stream} even at the smallest page size that may be asked for (${size} records).`,
      internal,
    );
  }

  return {
    get pageSize() {
      return reduced;
    },
    async reduce(reason, written) {
      if (written > 0) {
        throw new SystemError(
          `Stream ${stream} was asked for a smaller page when ${written} records of the page were already written. Move the REDUCE_PAGE_SIZE action to the error handler of the stream's own requester.`,
        );
      }
      if (configured === undefined) {
        throw new ConfigError(
          `Stream ${stream} is to reduce its page size, but sends none: set page_size on the pagination strategy and page_size_option on the paginator.`,
        );
      }
      const rejection = reason === '' ? '' : `; the API said: ${reason}`;
      const current = reduced ?? configured;
      const smaller = Math.max(rules.minimum, floorDivide(current, rules.factor));
      if (smaller >= current) return retryAtMinimum(current, rejection);
      attempts += 1;
      if (attempts > rules.maxAttempts) {
        throw failed(
          `The API refuses pages of stream ${stream} at every page size that was asked for, down to ${current} records.`,
          `${attempts - 1} reductions in a row without a page that succeeded${rejection}`,
        );
      }
      reduced = smaller;
      await wait(attempts, `the page size goes from ${current} down to ${smaller}; the page is asked for again`);
    },
    onPage() {
      attempts = 0;
      retries = 0;
      if (!rules.restores || reduced === undefined) return;
      run.log.info(`Stream ${stream}: the page size goes from ${reduced} back to ${configured}.`);
      reduced = undefined;
    },
  };
}

/** Python's `int(a // b)` for a positive b. */
function floorDivide(a: number, b: number): number {
  return Math.round((a - (a % b)) / b);
}

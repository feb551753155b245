import { countText } from '../lib/count-text.ts';

/** Fewer runs say nothing of what is usual. */
const FEWEST_RUNS = 4;
/** Runs before these are forgotten. */
const MOST_RUNS = 10;
/** What stays usual: this share of the median, ... */
const TOLERANCE = 0.5;
/** ... or this number of records, ... */
const FEW_RECORDS = 10;
/** ... or so many standard deviations, which the median deviation times 1.4826 estimates. */
const DEVIATIONS = 3 * 1.4826;

/** Says in what the number of records of a run is unusual after those of the runs before it, the latest last; undefined when it is not. */
export function unusualVolume(before: readonly number[], records: number): string | undefined {
  const runs = before.slice(-MOST_RUNS);
  if (runs.length < FEWEST_RUNS) return undefined;
  const usual = median(runs);
  const spread = Math.max(DEVIATIONS * median(runs.map((count) => Math.abs(count - usual))), usual * TOLERANCE, FEW_RECORDS);
  const [least, most] = [Math.min(...runs), Math.max(...runs)];
  if (Math.abs(records - usual) <= spread || (records >= least && records <= most)) return undefined;
  const range = least === most ? countText(least) : `${countText(least)} to ${countText(most)}`;
  return `${countText(records)} records, where the last ${runs.length} runs had ${range}`;
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}

import type { Output } from '../protocol/output.ts';
import { watchOutput } from '../protocol/watch-output.ts';

/** Bytes of resident memory from which on V8 is held back. */
const ENOUGH = 70e6;
/** Pages between two looks. */
const LOOK_EVERY = 8;
/**
 * The space for new objects stays as it is: those of a page are dead before the next one comes, so that a larger space holds tens of megabytes
 * of garbage and saves little. That for old ones grows by half before it is looked through, not to its fourfold: a hundred partitions at a time
 * leave some objects of each request in it.
 */
const FLAGS = '--semi-space-growth-factor=1 --heap-growing-percent=50';

/** The same output, which keeps V8 from enlarging its heap for the sake of garbage once the process is large. */
export function keepHeapSmall(output: Output): Output {
  let pages = 0;
  let isKept = false;

  return watchOutput(output, {
    page() {
      pages += 1;
      if (isKept || pages % LOOK_EVERY !== 0 || process.memoryUsage.rss() < ENOUGH) return;
      isKept = true;
      process.getBuiltinModule('node:v8').setFlagsFromString(FLAGS);
    },
  });
}

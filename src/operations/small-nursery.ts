import type { Output } from '../protocol/output.ts';
import { watchOutput } from '../protocol/watch-output.ts';

/** Bytes of resident memory from which on the space for new objects is not enlarged. */
const ENOUGH = 70e6;
/** Pages between two looks. */
const LOOK_EVERY = 8;

/**
 * The same output, which keeps V8 from enlarging the space for new objects once the process is large: those of a page are dead before the
 * next one comes, so that a larger space holds tens of megabytes of garbage and saves little.
 */
export function keepNurserySmall(output: Output): Output {
  let pages = 0;
  let isKept = false;

  return watchOutput(output, {
    page() {
      pages += 1;
      if (isKept || pages % LOOK_EVERY !== 0 || process.memoryUsage.rss() < ENOUGH) return;
      isKept = true;
      process.getBuiltinModule('node:v8').setFlagsFromString('--semi-space-growth-factor=1');
    },
  });
}

import type { Output } from './output.ts';

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
/** How long, in milliseconds, a reader that does not read can hold up the end. */
const PATIENCE = 3000;

export interface SignalOptions {
  /** Called first, to hand the last states to the output. */
  beforeEnd?(): void;
  /** Milliseconds to wait for a slow reader. */
  patience?: number;
}

/**
 * Ends the process on SIGTERM, SIGINT and SIGHUP: what is buffered goes out in whole lines, then the process dies of the signal itself,
 * so that its parent sees that signal. Returns the function that takes the handlers away again; what it gives never settles while a signal
 * ends the process, which otherwise could end by itself first.
 */
export function endOnSignals(output: Output, { beforeEnd, patience = PATIENCE }: SignalOptions = {}): () => Promise<void> {
  let ending = false;

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (ending) return;
    ending = true;
    const impatience = setTimeout(() => dieOf(signal), patience);
    try {
      beforeEnd?.();
      await output.end();
    } finally {
      clearTimeout(impatience);
      dieOf(signal);
    }
  }

  function handle(signal: NodeJS.Signals): void {
    void end(signal);
  }

  function remove(): void {
    for (const signal of SIGNALS) process.removeListener(signal, handle);
  }

  function dieOf(signal: NodeJS.Signals): void {
    remove();
    process.kill(process.pid, signal);
    // The first process of a container does not die of its own signals.
    setTimeout(() => process.exit(128 + process.getBuiltinModule('node:os').constants.signals[signal]), 50);
  }

  for (const signal of SIGNALS) process.on(signal, handle);
  return () => {
    if (ending) return new Promise(() => {});
    remove();
    return Promise.resolve();
  };
}

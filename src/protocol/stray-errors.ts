/** How long, in milliseconds, telling of an error may take. */
const PATIENCE = 3000;

/**
 * Ends the process with exit code 1 on an error that nothing handles, such as that of a promise which custom code has left alone; `tell` says
 * so first, without secrets, where Node would print the error as it is. Returns the function that takes the handler away again.
 */
export function endOnStrayErrors(tell: (error: unknown) => void | Promise<void>): () => void {
  let isEnding = false;

  async function handle(error: unknown): Promise<void> {
    if (isEnding) return;
    isEnding = true;
    setTimeout(() => process.exit(1), PATIENCE);
    try {
      await tell(error);
    } finally {
      process.exit(1);
    }
  }

  const listener = (error: unknown): void => void handle(error);
  process.on('uncaughtException', listener);
  return () => void process.removeListener('uncaughtException', listener);
}

import { showControls } from '../lib/visible-text.ts';

/** Writes a text for people to stderr, its control characters shown. Where nobody reads that any more it is dropped: what the command is for goes on. */
export function tell(text: string): void {
  const { stderr } = process;
  if (stderr.listenerCount('error') === 0) stderr.on('error', () => {});
  stderr.write(showControls(text));
}

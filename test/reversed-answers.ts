import { Server } from 'node:http';

/** Milliseconds for which requests are gathered before they are handed on, the last first. */
const GATHERED = 12;

// Preloaded (`npm run test:reversed`): the local servers of the tests get requests that come at the same time in reversed order,
// so that a test that takes them to come in the order in which they were sent fails each time, and not once in a hundred runs.
const emit = Server.prototype.emit;
const held: (() => void)[] = [];

function handOn(): void {
  for (const request of held.splice(0).reverse()) request();
}

Server.prototype.emit = function emitReversed(event: string, ...values: unknown[]): boolean {
  if (event !== 'request') return emit.call(this, event, ...values);
  if (held.length === 0) setTimeout(handOn, GATHERED);
  held.push(() => emit.call(this, event, ...values));
  return true;
};

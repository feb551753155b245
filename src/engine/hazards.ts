import type { Run } from './run.ts';

/** Streams that are named where many have the same mistake. */
const MOST_NAMED = 5;

/** What a manifest declares and what cannot work as it stands: mistakes that end nothing, each told once with the streams that have it. */
export interface Hazards {
  /** Notes a hazard of a stream; outside of streams the name is empty. */
  add(streamName: string, message: string): void;
  /** Tells of those that were noted; what is noted later is told of at once. */
  tell(): void;
}

/** The hazards of a run. */
export function hazardsOf(run: Run): Hazards {
  return run.shared.once('hazards', () => createHazards(run));
}

function createHazards({ log }: Run): Hazards {
  const streams = new Map<string, Set<string>>();
  const told = new Set<string>();
  let isTold = false;
  const tellOf = (message: string, names: ReadonlySet<string>): void => {
    if (told.has(message)) return;
    told.add(message);
    log.warn(`${namesText([...names].filter((name) => name !== ''))}${message}`);
  };
  return {
    add(streamName, message) {
      const names = streams.get(message) ?? new Set();
      streams.set(message, names.add(streamName));
      if (isTold) tellOf(message, names);
    },
    tell() {
      isTold = true;
      for (const [message, names] of streams) tellOf(message, names);
    },
  };
}

function namesText(names: readonly string[]): string {
  if (names.length === 0) return '';
  const more = names.length - MOST_NAMED;
  const shown = names.slice(0, MOST_NAMED).join(', ');
  return `${names.length === 1 ? 'Stream' : 'Streams'} ${shown}${more > 0 ? ` and ${more} more` : ''}: `;
}

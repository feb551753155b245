import { type JsonObject, stringifyJson } from '../lib/json.ts';
import { ConfigError } from '../protocol/failure.ts';

/** What is wrong with a state, and where. */
export interface StateFault {
  /** The end of a sentence that says the state cannot be used, such as `"at" is "soon", which is no number`. */
  readonly problem: string;
  /** What else helps than to reset the state. */
  readonly remedy?: string | undefined;
  readonly stream?: string | undefined;
  readonly partition?: JsonObject | undefined;
  readonly cause?: unknown;
}

/** The state of one stream is at fault, so that stream fails, and no other. */
export class StateError extends ConfigError {
  readonly fault: StateFault;

  constructor(fault: StateFault) {
    super(describe(fault), fault.cause === undefined ? {} : { cause: fault.cause });
    this.fault = fault;
  }
}

/** Runs what reads a state; an error in it tells of this stream and this partition, unless it tells of others. */
export function readingState<T>(place: Pick<StateFault, 'stream' | 'partition'>, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof StateError) throw new StateError({ ...place, ...error.fault });
    throw error;
  }
}

function describe({ problem, remedy, stream, partition }: StateFault): string {
  const whose = stream === undefined ? 'The state' : `The state of stream "${stream}"`;
  const where = partition === undefined ? '' : `, partition ${stringifyJson(partition)},`;
  return `${whose}${where} cannot be used: ${problem}. Reset the stream's state${remedy === undefined ? '' : `, or ${remedy}`}.`;
}

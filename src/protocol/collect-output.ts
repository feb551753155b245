import type { JsonObject } from '../lib/json.ts';
import type { FileReference, OutgoingMessage, StreamDescriptor } from './messages.ts';
import type { Output, RecordWriter } from './output.ts';

/** Takes what a read gives, in its order. */
export interface Collector {
  record(stream: StreamDescriptor, record: JsonObject, file?: FileReference): void;
  state(stream: StreamDescriptor, state: JsonObject): void;
  message(message: OutgoingMessage): void;
  /** Awaited once a page. */
  drained?(): Promise<void>;
  end?(): Promise<void>;
}

/** An output that hands everything to a collector in place of writing it. */
export function createCollectingOutput(collector: Collector): Output {
  const writers = new Map<string, RecordWriter>();

  function createWriter(stream: StreamDescriptor): RecordWriter {
    let count = 0;
    const take = (record: JsonObject, file?: FileReference): void => {
      count++;
      collector.record(stream, record, file);
    };
    return {
      get count() {
        return count;
      },
      write: take,
      state: (streamState) => collector.state(stream, streamState),
    };
  }

  return {
    recordWriter(stream) {
      const key = JSON.stringify([stream.namespace, stream.name]);
      const known = writers.get(key) ?? createWriter(stream);
      writers.set(key, known);
      return known;
    },
    message: (message) => collector.message(message),
    drained: () => collector.drained?.() ?? Promise.resolve(),
    flush() {},
    end: () => collector.end?.() ?? Promise.resolve(),
  };
}

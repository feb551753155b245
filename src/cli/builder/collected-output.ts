import { Float, type JsonObject } from '../../lib/json.ts';
import { descriptorOf, type OutgoingMessage, type StreamDescriptor } from '../../protocol/messages.ts';
import type { Output, RecordWriter } from '../../protocol/output.ts';

/** Takes what a read writes, instead of stdout. */
export interface OutputTarget {
  record(data: JsonObject): void;
  /** A state as a test read shows it. */
  state(state: JsonObject): void;
  message(message: OutgoingMessage): void;
}

/** An output whose reader is always ready. */
export function createCollectedOutput({ record, state, message }: OutputTarget): Output {
  const writers = new Map<string, RecordWriter>();
  const settled = Promise.resolve();

  function createWriter(stream: StreamDescriptor): RecordWriter {
    let count = 0;
    let counted = 0;
    return {
      get count() {
        return count;
      },
      write(data) {
        record(data);
        count++;
      },
      state(streamState) {
        state(shownState(stream, streamState, count - counted));
        counted = count;
      },
    };
  }

  return {
    recordWriter(stream) {
      const key = JSON.stringify([stream.namespace, stream.name]);
      const writer = writers.get(key) ?? createWriter(stream);
      writers.set(key, writer);
      return writer;
    },
    message,
    drained: () => settled,
    flush() {},
    end: () => settled,
  };
}

/** An output for work that gives its result otherwise: only its LOG messages go on, redacted. */
export function createLogOutput(log: (message: OutgoingMessage) => void, redact: (text: string) => string): Output {
  return createCollectedOutput({
    record() {},
    state() {},
    message(message) {
      if (message.type === 'LOG') log({ type: 'LOG', log: { ...message.log, message: redact(message.log.message) } });
    },
  });
}

/** A state with all keys that it may have. parity: connector_builder/test_reader/helpers.py:convert_state_blob_to_mapping */
function shownState(stream: StreamDescriptor, streamState: JsonObject, records: number): JsonObject {
  const { name, namespace = null } = descriptorOf(stream);
  return {
    type: 'STREAM',
    stream: { stream_descriptor: { name, namespace }, stream_state: streamState },
    global_: null,
    data: null,
    sourceStats: { recordCount: new Float(records) },
    destinationStats: null,
  };
}

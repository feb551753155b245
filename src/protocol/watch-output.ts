import type { JsonObject } from '../lib/json.ts';
import type { OutgoingMessage, StreamDescriptor, StreamStatus } from './messages.ts';
import type { Output, RecordWriter } from './output.ts';

/** Told of what goes through an output, of records only that a page of them did. */
export interface OutputWatcher {
  state?(stream: StreamDescriptor, state: JsonObject): void;
  status?(stream: StreamDescriptor, status: StreamStatus): void;
  message?(message: OutgoingMessage): void;
  /** Told after the records of each page; what it throws ends the reading. */
  page?(): void;
}

/** The same output with a watcher, which is told of everything before it is handed over; without one for states, records take no other way. */
export function watchOutput(output: Output, watcher: OutputWatcher): Output {
  return {
    recordWriter(stream) {
      const writer = output.recordWriter(stream);
      if (watcher.state === undefined) return writer;
      const watched: RecordWriter = {
        get count() {
          return writer.count;
        },
        write: (record, file) => writer.write(record, file),
        ...(writer.lines === undefined ? {} : { lines: writer.lines }),
        state(streamState) {
          watcher.state?.(stream, streamState);
          writer.state(streamState);
        },
      };
      return watched;
    },
    message(message) {
      if (message.type === 'TRACE' && message.trace.type === 'STREAM_STATUS') {
        const { stream_descriptor: stream, status } = message.trace.stream_status;
        watcher.status?.(stream, status);
      }
      watcher.message?.(message);
      output.message(message);
    },
    async drained() {
      watcher.page?.();
      await output.drained();
    },
    flush: () => output.flush(),
    end: () => output.end(),
  };
}

import type { Json, JsonObject } from '../../lib/json.ts';
import type { LogLevel } from '../../protocol/messages.ts';

/** A request as a test read shows it, without secrets. */
export type ShownRequest = {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly http_method: string;
  readonly body: string | null;
};

/** A response as a test read shows it, without secrets. */
export type ShownResponse = {
  readonly status: number;
  readonly body: string;
  readonly headers: Record<string, string>;
};

/** A request that gave no records of its own: for a token, a schema, a job or a parent. */
export type AuxiliaryRequest = {
  readonly title: string;
  readonly type: string;
  readonly description: string;
  readonly request: ShownRequest;
  readonly response: ShownResponse;
};

/** The records between two requests, and the one that gave them. */
export type StreamReadPage = {
  readonly records: readonly JsonObject[];
  readonly request: ShownRequest | null;
  readonly response: ShownResponse | null;
};

/** What was read of one slice. */
export type StreamReadSlice = {
  readonly pages: readonly StreamReadPage[];
  readonly slice_descriptor: Json;
  readonly state: readonly JsonObject[];
  readonly auxiliary_requests: readonly AuxiliaryRequest[];
};

/** Something to tell the author of a manifest. */
export type ReadLog = {
  readonly message: string;
  readonly level: LogLevel;
  readonly internal_message: string | null;
  readonly stacktrace: string | null;
};

/** The answer to a test read. */
// parity: connector_builder/models.py:StreamRead
export type StreamRead = {
  readonly logs: readonly ReadLog[];
  readonly slices: readonly StreamReadSlice[];
  readonly test_read_limit_reached: boolean;
  readonly auxiliary_requests: readonly AuxiliaryRequest[];
  readonly inferred_schema: JsonObject | null;
  readonly inferred_datetime_formats: Readonly<Record<string, string>>;
  readonly latest_config_update: JsonObject | null;
};

/** A log without anything beside its message. */
export function readLog(level: LogLevel, message: string): ReadLog {
  return { message, level, internal_message: null, stacktrace: null };
}

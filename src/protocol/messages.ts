import type { Float, JsonObject } from '../lib/json.ts';

/** Names a stream within a namespace, as every message does. */
export interface StreamDescriptor {
  name: string;
  namespace?: string;
}

/** Who can repair a failure: the user (config), time (transient) or the maintainers (system). */
export type FailureType = 'config_error' | 'transient_error' | 'system_error';

export type LogLevel = 'FATAL' | 'ERROR' | 'WARN' | 'INFO' | 'DEBUG' | 'TRACE';

export type StreamStatus = 'STARTED' | 'RUNNING' | 'COMPLETE' | 'INCOMPLETE';

export type SyncMode = 'full_refresh' | 'incremental';

export type DestinationSyncMode = 'append' | 'overwrite' | 'append_dedup' | 'update' | 'soft_delete';

/** Why a stream's status is what it is; `quota_reset` is in epoch milliseconds. */
export interface StreamStatusReason {
  type: 'RATE_LIMITED';
  rate_limited?: { quota_reset?: number };
}

/** A file that belongs to a record: where it lies and how it is called at its source. */
export interface FileReference {
  staging_file_url: string;
  source_file_relative_path: string;
  file_size_bytes: number;
}

/** A record of a stream; `emitted_at` is in epoch milliseconds. */
export interface RecordMessage {
  type: 'RECORD';
  record: { stream: string; namespace?: string; emitted_at: number; data: JsonObject; file_reference?: FileReference };
}

/** How far a stream has been read; `recordCount` counts its records since its last state. */
export interface StateMessage {
  type: 'STATE';
  state: {
    type: 'STREAM';
    stream: { stream_descriptor: StreamDescriptor; stream_state: JsonObject };
    sourceStats: { recordCount: Float };
  };
}

export interface LogMessage {
  type: 'LOG';
  log: { level: LogLevel; message: string; stack_trace?: string };
}

/** A failure in the user's words (`message`) and in the maintainers' (`internal_message`, `stack_trace`). */
export interface ErrorTrace {
  type: 'ERROR';
  error: {
    message: string;
    internal_message?: string;
    stack_trace?: string;
    failure_type: FailureType;
    stream_descriptor?: StreamDescriptor;
  };
}

export interface StreamStatusTrace {
  type: 'STREAM_STATUS';
  stream_status: { stream_descriptor: StreamDescriptor; status: StreamStatus; reasons?: StreamStatusReason[] };
}

/** How much a stream (or the whole sync) is expected to bring. */
export interface EstimateTrace {
  type: 'ESTIMATE';
  estimate: { name: string; type: 'STREAM' | 'SYNC'; namespace?: string; row_estimate?: number; byte_estimate?: number };
}

/** An event for the platform's usage statistics; its type is one of a fixed set. */
export interface AnalyticsTrace {
  type: 'ANALYTICS';
  analytics: { type: string; value?: string };
}

/** What a trace tells, before the output stamps it with its time. */
export type Trace = ErrorTrace | StreamStatusTrace | EstimateTrace | AnalyticsTrace;

/** A trace as it is printed; `emitted_at` is in epoch milliseconds. */
export interface TraceMessage {
  type: 'TRACE';
  trace: Trace & { emitted_at: number };
}

/** The connector's specification, as a `spec` command prints it. */
export interface ConnectorSpecification {
  connectionSpecification: JsonObject;
  documentationUrl?: string;
  changelogUrl?: string;
  supportsIncremental?: boolean;
  supportsNormalization?: boolean;
  supportsDBT?: boolean;
  supported_destination_sync_modes?: DestinationSyncMode[];
  advanced_auth?: JsonObject;
  protocol_version?: string;
}

export interface SpecMessage {
  type: 'SPEC';
  spec: ConnectorSpecification;
}

/** A stream that a source offers. */
export interface CatalogStream {
  name: string;
  json_schema: JsonObject;
  supported_sync_modes: SyncMode[];
  source_defined_cursor?: boolean;
  default_cursor_field?: string[];
  source_defined_primary_key?: string[][];
  namespace?: string;
  is_resumable?: boolean;
  is_file_based?: boolean;
}

export interface CatalogMessage {
  type: 'CATALOG';
  catalog: { streams: CatalogStream[] };
}

/** The result of a `check`; a failed one has a message. */
export type ConnectionStatus = { status: 'SUCCEEDED'; message?: string } | { status: 'FAILED'; message: string };

export interface ConnectionStatusMessage {
  type: 'CONNECTION_STATUS';
  connectionStatus: ConnectionStatus;
}

/** A config that the platform shall keep from now on, before the output stamps it with its time. */
export interface Control {
  type: 'CONNECTOR_CONFIG';
  connectorConfig: { config: JsonObject };
}

/** A control as it is printed; `emitted_at` is in epoch milliseconds. */
export interface ControlMessage {
  type: 'CONTROL';
  control: Control & { emitted_at: number };
}

/** Every message that a source prints. */
export type Message =
  | RecordMessage
  | StateMessage
  | LogMessage
  | TraceMessage
  | SpecMessage
  | CatalogMessage
  | ConnectionStatusMessage
  | ControlMessage;

/** A message as it is handed to the output, which stamps traces and controls with their time; records and states have writers of their own. */
export type OutgoingMessage =
  | LogMessage
  | { type: 'TRACE'; trace: Trace }
  | SpecMessage
  | CatalogMessage
  | ConnectionStatusMessage
  | { type: 'CONTROL'; control: Control };

/** A stream's new status, as a message for the output. */
export function streamStatus(stream: StreamDescriptor, status: StreamStatus, reasons?: StreamStatusReason[]): OutgoingMessage {
  const base = { stream_descriptor: descriptorOf(stream), status };
  return { type: 'TRACE', trace: { type: 'STREAM_STATUS', stream_status: reasons ? { ...base, reasons } : base } };
}

/** A whole config that replaces the one the platform keeps, as a message for the output; it is never redacted. */
export function configUpdate(config: JsonObject): OutgoingMessage {
  return { type: 'CONTROL', control: { type: 'CONNECTOR_CONFIG', connectorConfig: { config } } };
}

/** The descriptor of anything that has a name and perhaps a namespace, and nothing else of it. */
export function descriptorOf(stream: StreamDescriptor): StreamDescriptor {
  return stream.namespace === undefined ? { name: stream.name } : { name: stream.name, namespace: stream.namespace };
}

import type { Json, JsonObject } from '../lib/json.ts';

/** What the run file of a recording says of itself; readers refuse a greater version. */
export const FORMAT = 'source-declarative recording';
export const FORMAT_VERSION = 1;
/** The file of a recording that tells what was run. */
export const RUN_FILE = 'run.json';

/** What was run, with what, and how it ended; everything but `format` and `version` may be missing in one that was written by hand. */
export interface RunFile {
  readonly format: typeof FORMAT;
  readonly version: number;
  readonly run?: string;
  readonly engine?: string;
  readonly command?: string;
  /** ISO 8601, UTC; a replay's clock begins there. */
  readonly started_at?: string;
  /** Absent when the run was killed. */
  readonly ended_at?: string;
  /** The manifest, a file of the recording. */
  readonly manifest?: string;
  /** Texts of the files that the run read beside the manifest, by their paths from there. */
  readonly files?: Readonly<Record<string, string>>;
  /** The config without secrets. */
  readonly config?: JsonObject;
  readonly catalog?: Json;
  readonly state?: Json;
  /** How each stream ended. */
  readonly streams?: Readonly<Record<string, StreamOutcome>>;
}

/** How a stream ended. */
export interface StreamOutcome {
  readonly status: 'COMPLETE' | 'INCOMPLETE';
  readonly records: number;
  readonly state?: JsonObject | undefined;
}

/** The first line of a stream's file. */
export interface RecordedHead {
  readonly type: 'recording';
  readonly version: number;
  readonly run: string;
  readonly stream: string;
}

/** A piece of a body that is too long for one line; the pieces stand in order before the exchange they belong to. */
export interface RecordedPart extends RecordedContent {
  readonly type: 'part';
  readonly of: number;
}

/** Content as text, or in base64 where it is no UTF-8; `json` is for people who write recordings by hand. */
export interface RecordedContent {
  readonly body?: string | null;
  readonly base64?: string;
  readonly json?: Json;
}

/** One request and what came of it. */
export interface RecordedExchange {
  readonly type?: 'exchange';
  readonly id?: number;
  /** When the request went out, ISO 8601, UTC. */
  readonly at?: string;
  /** Milliseconds until the end of the body. */
  readonly ms?: number;
  /** Which try of the same request it was, from 1. */
  readonly attempt?: number;
  /** The page within its slice, from 1, with the token that it was asked for with. */
  readonly page?: { readonly number: number; readonly slice: JsonObject; readonly token: string | number | null };
  /** Whether the response was expected to hold credentials, so that its texts are masked. */
  readonly credentials?: boolean;
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly headers?: Readonly<Record<string, string>>;
  } & RecordedContent;
  /** Absent when there was none. */
  readonly response?: RecordedResponse;
  /** The failure of the connection, before the response or within its body. */
  readonly error?: { readonly kind: string; readonly message: string };
}

/** A response with its body as it was after decompression. */
export interface RecordedResponse extends RecordedContent {
  readonly status: number;
  readonly status_text?: string;
  /** A list where a header came several times. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** The length and the hash of the body as it came, before anything in it was masked. */
  readonly bytes?: number;
  readonly sha256?: string;
  /** How many parts make up the body. */
  readonly parts?: number;
  /** Whether secrets were masked in the body. */
  readonly redacted?: boolean;
  /** Whether the body was not read to its end. */
  readonly incomplete?: boolean;
}

/** A line of a stream's file. */
export type RecordedLine = RecordedHead | RecordedPart | RecordedExchange;

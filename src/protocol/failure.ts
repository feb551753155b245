import { descriptorOf, type ErrorTrace, type FailureType, type OutgoingMessage, type StreamDescriptor } from './messages.ts';

export interface FailureDetails {
  /** What happened, for those who maintain the connector. */
  internalMessage?: string;
  /** The error behind this one. */
  cause?: unknown;
  /** The stream that failed. */
  stream?: StreamDescriptor;
}

/** A failure whose message is written for the user; its class tells who can repair it. */
export abstract class Failure extends Error {
  abstract readonly failureType: FailureType;
  readonly internalMessage: string | undefined;
  readonly stream: StreamDescriptor | undefined;

  constructor(message: string, { internalMessage, cause, stream }: FailureDetails = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.internalMessage = internalMessage;
    this.stream = stream;
  }
}

/** The user can repair it: config, credentials, catalog, state or manifest. */
export class ConfigError extends Failure {
  readonly failureType = 'config_error';
}

/** It may pass by itself: the network, the API's load. */
export class TransientError extends Failure {
  readonly failureType = 'transient_error';
}

/** Only a change of the connector or of the API repairs it. */
export class SystemError extends Failure {
  readonly failureType = 'system_error';
}

const BY_TYPE = { config_error: ConfigError, transient_error: TransientError, system_error: SystemError } as const;

/** A failure of the given type. */
export function failureOf(type: FailureType, message: string, details?: FailureDetails): Failure {
  return new BY_TYPE[type](message, details);
}

/** What an ERROR trace tells of a failure. */
export type FailureReport = ErrorTrace['error'] & { internal_message: string; stack_trace: string };

const UNEXPECTED = 'The connector stopped at an unexpected error; the internal message and the stack trace tell more.';

const TOO_DEEP =
  'Something is nested too deeply: the manifest, the config, the state, or what the API answers. The stack trace tells which step could not read it.';

/** What is told of errors that are not told of by a failure. */
function unexpected(chain: readonly unknown[]): string {
  return chain.some((link) => link instanceof RangeError && link.message.includes('call stack')) ? TOO_DEEP : UNEXPECTED;
}

/**
 * Describes anything thrown. The first `Failure` in the chain of causes gives type, message and stream; the stack trace holds the whole
 * chain, the members of aggregate errors included.
 */
export function toFailure(error: unknown): FailureReport {
  const chain = causesOf(error);
  const failure = chain.find((link): link is Failure => link instanceof Failure);
  const stream = chain.find((link): link is Failure => link instanceof Failure && link.stream !== undefined)?.stream;
  const report: FailureReport = {
    failure_type: failure?.failureType ?? 'system_error',
    message: failure?.message || unexpected(chain),
    internal_message: failure?.internalMessage ?? summarise(chain, failure),
    stack_trace: chain.map(stackOf).join('\nCaused by: '),
  };
  return stream ? { ...report, stream_descriptor: descriptorOf(stream) } : report;
}

/** The ERROR trace of anything thrown, as a message for the output; `stream` names the stream unless the error does. */
export function errorTrace(error: unknown, stream?: StreamDescriptor): OutgoingMessage {
  const report = toFailure(error);
  const named = stream && !report.stream_descriptor ? { ...report, stream_descriptor: descriptorOf(stream) } : report;
  return { type: 'TRACE', trace: { type: 'ERROR', error: named } };
}

/** The error, its cause, the cause's cause ...; an aggregate's members follow it. Each link appears once. */
function causesOf(error: unknown): unknown[] {
  const chain = new Set<unknown>();
  const open = [error];
  while (open.length > 0) {
    const link = open.shift();
    if (chain.has(link)) continue;
    chain.add(link);
    if (link instanceof AggregateError) open.push(...link.errors);
    if (link instanceof Error && link.cause !== undefined) open.push(link.cause);
  }
  return [...chain];
}

function summarise(chain: readonly unknown[], failure: Failure | undefined): string {
  const causes = chain.filter((link) => failure === undefined || link !== failure).map(titleOf);
  return causes.length > 0 ? causes.join(' <- ') : (failure?.message ?? '');
}

function titleOf(link: unknown): string {
  if (!(link instanceof Error)) return `${describeThrown(link)} was thrown`;
  const code = (link as NodeJS.ErrnoException).code;
  return `${link.name}${typeof code === 'string' ? ` [${code}]` : ''}: ${link.message}`;
}

function stackOf(link: unknown): string {
  if (!(link instanceof Error)) return `${describeThrown(link)} was thrown`;
  return link.stack?.includes(link.message) ? link.stack : `${titleOf(link)}\n${link.stack ?? ''}`;
}

function describeThrown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object' || value === null) return String(value);
  try {
    return JSON.stringify(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

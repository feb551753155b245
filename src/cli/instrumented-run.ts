import { failedStreamsError } from '../engine/read.ts';
import type { JsonObject } from '../lib/json.ts';
import { userInfoSecrets } from '../lib/user-info.ts';
import { besideRun, warnBesideRun } from '../operations/beside.ts';
import type { EventLog } from '../operations/event-log.ts';
import type { History } from '../operations/history.ts';
import { type RunSummary, type StreamResult, summarize, summaryLines } from '../operations/summary.ts';
import { createTrafficCounter, type TrafficCounter } from '../operations/traffic.ts';
import { unusualVolume } from '../operations/volume.ts';
import { noticeOf } from '../protocol/console-output.ts';
import { ConfigError, SystemError, toFailure } from '../protocol/failure.ts';
import { createLog } from '../protocol/log.ts';
import type { StreamStatus } from '../protocol/messages.ts';
import type { Output } from '../protocol/output.ts';
import { unlessStalled } from '../protocol/stalled.ts';
import { watchOutput } from '../protocol/watch-output.ts';
import type { RecordedRun, RunInputs } from './recorded-run.ts';
import { forUser, type Session } from './session.ts';
import { version } from './version.ts';

/** Options of every command that reads streams. */
export interface OperationOptions {
  /** The folder in which every response is kept. */
  readonly raw?: string;
  readonly summary?: string;
  readonly logFile?: string;
  readonly history?: string;
  readonly onAnomaly?: string;
  readonly notifyUrl?: string;
  readonly notifyCommand?: string;
}

/** A run that is watched: for its summary, its log and its recording. */
export interface InstrumentedRun {
  /** The session that the run is to be done with. */
  readonly session: Session;
  /** The output that takes the records, watched. */
  watch(output: Output): Output;
  /** Tells what is run, before its first record. */
  describe(inputs: RunInputs): Promise<void>;
  /** Writes an event into the log file, where there is one. */
  note(event: string, details: JsonObject): void;
  /** How a stream has ended, as far as it has. */
  statusOf(stream: string): StreamStatus;
  /** The numbers of records of earlier runs, where a history is kept. */
  before(stream: string, whole: boolean): readonly number[];
  /** Whether an unusual number of records is a failure. */
  readonly failsOnAnomaly: boolean;
}

/** How the streams of a run ended, and the names of those for which the run failed. */
export interface RunResult {
  readonly streams: readonly StreamResult[];
  readonly failed: readonly string[];
}

/**
 * Does a run, which gives how its streams ended. Then sums it up, tells those who want to know of failures and unusual volumes, and gives the
 * exit code. Throws what the run threw, ConfigError with the streams that failed, or SystemError for an unusual volume that is a failure.
 */
export async function instrument(
  session: Session,
  command: string,
  options: OperationOptions,
  work: (run: InstrumentedRun) => Promise<RunResult>,
): Promise<number> {
  const instruments = await openInstruments(session, options);
  instruments.events?.write('run_started', { command, engine: version() });
  const outcome = await attempt(instruments, work);
  const summary = await conclude(instruments, command, outcome);
  const { notifyUrl, notifyCommand } = options;
  if (notifyUrl !== undefined || notifyCommand !== undefined) {
    await (await import('./notify-of-run.ts')).notifyOfRun(session, { notifyUrl, notifyCommand }, summary);
  }
  instruments.events?.close();
  if (outcome.failure !== undefined) throw outcome.failure.error;
  return 0;
}

/** What watches a run. */
interface Instruments {
  readonly session: Session;
  readonly options: OperationOptions;
  readonly startedAt: number;
  readonly traffic: TrafficCounter;
  readonly events: EventLog | undefined;
  readonly history: History | undefined;
  readonly recorded: RecordedRun | undefined;
  readonly statuses: ReadonlyMap<string, StreamStatus>;
  /** What the errors of streams told the user. */
  readonly errors: string[];
  readonly failsOnAnomaly: boolean;
}

async function openInstruments(bare: Session, options: OperationOptions): Promise<Instruments> {
  const { secrets, log } = bare;
  const { raw, logFile, history, notifyUrl } = options;
  if (notifyUrl !== undefined) for (const secret of [notifyUrl, ...userInfoSecrets(notifyUrl)]) secrets.add(secret);
  const failsOnAnomaly = readOnAnomaly(options.onAnomaly);
  const errors: string[] = [];
  const statuses = new Map<string, StreamStatus>();
  const events = logFile === undefined ? undefined : await besideRun(log, () => openLogFile(bare, logFile));
  const output = watchOutput(bare.output, {
    status(stream, status) {
      events?.watcher.status(stream, status);
      statuses.set(stream.name, status);
    },
    message(message) {
      events?.watcher.message(message);
      const notice = message.type === 'TRACE' ? noticeOf(message) : undefined;
      if (notice !== undefined) errors.push(secrets.redact(notice.message));
    },
  });
  const session = { ...bare, output, log: createLog(output, { debug: bare.log.debugging }) };
  return {
    session,
    options,
    startedAt: Date.now(),
    traffic: createTrafficCounter(),
    events,
    history: history === undefined ? undefined : await besideRun(log, () => openHistoryFile(history)),
    recorded: raw === undefined ? undefined : await (await import('./recorded-run.ts')).recordRun(session, raw),
    statuses,
    errors,
    failsOnAnomaly,
  };
}

async function openLogFile({ secrets, log }: Session, file: string): Promise<EventLog> {
  const { openEventLog } = await import('../operations/event-log.ts');
  const onFailure = (error: Error): void => warnBesideRun(log, error);
  return openEventLog(file, { secrets, now: Date.now, onFailure });
}

async function openHistoryFile(file: string): Promise<History> {
  return (await import('../operations/history.ts')).openHistory(file);
}

function readOnAnomaly(text = 'warn'): boolean {
  if (text === 'warn' || text === 'fail') return text === 'fail';
  throw new ConfigError(`--on-anomaly "${text}" must be warn or fail.`);
}

/** How a run ended. */
interface Outcome {
  readonly results: readonly StreamResult[];
  readonly anomalies: readonly string[];
  readonly failure: { readonly error: unknown } | undefined;
}

async function attempt(instruments: Instruments, work: (run: InstrumentedRun) => Promise<RunResult>): Promise<Outcome> {
  const { recorded } = instruments;
  let { streams: results, failed }: RunResult = { streams: [], failed: [] };
  let failure: Outcome['failure'];
  try {
    ({ streams: results, failed } = await unlessStalled('run', work(runOf(instruments))));
  } catch (error) {
    failure = { error };
  }
  try {
    await recorded?.close();
  } catch (error) {
    failure ??= { error };
  }
  const anomalies = results.flatMap(anomaliesOf);
  return { results, anomalies, failure: failure ?? failureOf(failed, instruments.failsOnAnomaly ? anomalies : []) };
}

function runOf({ session, traffic, events, history, recorded, statuses, failsOnAnomaly }: Instruments): InstrumentedRun {
  const observers = events === undefined ? [traffic.observer] : [traffic.observer, events.observer];
  const onWait = (stream: string, ms: number): void => {
    traffic.onWait(stream, ms);
    events?.onWait(stream, ms);
  };
  return {
    session: { ...session, world: { ...session.world, ...recorded?.world, observers, onWait } },
    watch(output) {
      const logged = events === undefined ? output : watchOutput(output, { state: events.watcher.state });
      return recorded?.watch(logged) ?? logged;
    },
    describe: async (inputs) => recorded?.describe(inputs),
    note: (event, details) => events?.write(event, details),
    statusOf: (stream) => statuses.get(stream) ?? 'INCOMPLETE',
    before: (stream, whole) => history?.before(stream, whole) ?? [],
    failsOnAnomaly,
  };
}

function anomaliesOf({ name, status, records, before, refused }: StreamResult): string[] {
  const unusual = refused ?? (status === 'COMPLETE' ? unusualVolume(before, records) : undefined);
  return unusual === undefined ? [] : [`${name}: ${unusual}`];
}

function failureOf(failed: readonly string[], anomalies: readonly string[]): Outcome['failure'] {
  if (failed.length > 0) return { error: failedStreamsError(failed) };
  if (anomalies.length === 0) return undefined;
  return { error: new SystemError(`Unusual volume: ${anomalies.join('; ')}. When this is right, run once with --on-anomaly warn.`) };
}

/** Tells how the run went; gives its summary. */
async function conclude(instruments: Instruments, command: string, { results, anomalies, failure }: Outcome): Promise<RunSummary> {
  const { session, options, startedAt, traffic, events, history, failsOnAnomaly } = instruments;
  const { log, secrets } = session;
  for (const anomaly of anomalies) log.warn(`Unusual volume: ${anomaly}`);
  const last = failure && secrets.redact(toFailure(forUser(failure.error)).message);
  const errors = last === undefined || instruments.errors.includes(last) ? instruments.errors : [...instruments.errors, last];
  const status = failure === undefined ? 'SUCCEEDED' : 'FAILED';
  const summary = summarize(traffic, { command, engine: version(), startedAt, endedAt: Date.now(), status, results, errors, anomalies });
  for (const line of summaryLines(summary)) log.info(line);
  if (anomalies.length === 0 || !failsOnAnomaly) await besideRun(log, () => history?.add(summary.started_at, results));
  const { summary: file } = options;
  if (file !== undefined) await besideRun(log, async () => (await import('./write-summary.ts')).writeSummary(file, summary));
  events?.write('run_ended', JSON.parse(JSON.stringify(summary)));
  return summary;
}

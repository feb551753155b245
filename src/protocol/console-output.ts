import { showControls } from '../lib/visible-text.ts';
import { createCollectingOutput } from './collect-output.ts';
import type { LogLevel, OutgoingMessage } from './messages.ts';
import type { Output } from './output.ts';

const LEVELS: readonly LogLevel[] = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];

/** What is told to people. */
export interface Notice {
  readonly level: LogLevel;
  readonly message: string;
  /** The stream that it is about. */
  readonly stream?: string;
}

/** How people are told. */
export interface ConsoleOptions {
  /** Takes a line with its end. */
  write(line: string): void;
  redact(text: string): string;
  /** Notices below it are left out. */
  readonly level: LogLevel;
  /** How a notice is written; a line of text unless told. */
  readonly format?: (notice: Notice) => string;
}

/** An output for commands whose answer is no message: logs and errors become lines for people, records and states are refused. */
export function createConsoleOutput({ write, redact, level, format = formatText }: ConsoleOptions): Output {
  const least = LEVELS.indexOf(level);
  const refuse = (): never => {
    throw new Error('This command prints no records.');
  };
  return createCollectingOutput({
    record: refuse,
    state: refuse,
    message(message) {
      const notice = noticeOf(message);
      if (notice === undefined || LEVELS.indexOf(notice.level) < least) return;
      write(`${showControls(format({ ...notice, message: redact(notice.message) }))}\n`);
    },
  });
}

/** What a message tells people; undefined when it tells them nothing. */
export function noticeOf(message: OutgoingMessage): Notice | undefined {
  if (message.type === 'LOG') return { level: message.log.level, message: message.log.message };
  if (message.type !== 'TRACE' || message.trace.type !== 'ERROR') return undefined;
  const { error } = message.trace;
  const stream = error.stream_descriptor?.name;
  return { level: 'ERROR', message: error.message, ...(stream === undefined ? {} : { stream }) };
}

function formatText({ level, message, stream }: Notice): string {
  return `${level} ${stream === undefined ? '' : `${stream}: `}${message}`;
}

import type { LogLevel, OutgoingMessage } from './messages.ts';

/** A text, or a function that makes it only when its level is printed. */
export type LogText = string | (() => string);

/** Prints LOG messages, one line each. Debug and trace are silent unless the run asks for them. */
export interface Log {
  /** Whether debug and trace are printed. */
  readonly debugging: boolean;
  fatal(text: LogText, stack?: string): void;
  error(text: LogText, stack?: string): void;
  warn(text: LogText): void;
  info(text: LogText): void;
  debug(text: LogText): void;
  trace(text: LogText): void;
}

/** A log that hands its messages to `output`, which redacts them. */
export function createLog(output: { message(message: OutgoingMessage): void }, { debug }: { debug: boolean }): Log {
  function log(level: LogLevel, text: LogText, stack?: string): void {
    const message = typeof text === 'function' ? text() : text;
    output.message({ type: 'LOG', log: stack === undefined ? { level, message } : { level, message, stack_trace: stack } });
  }

  function logDetail(level: 'DEBUG' | 'TRACE', text: LogText): void {
    if (debug) log(level, text);
  }

  return {
    debugging: debug,
    fatal: (text, stack) => log('FATAL', text, stack),
    error: (text, stack) => log('ERROR', text, stack),
    warn: (text) => log('WARN', text),
    info: (text) => log('INFO', text),
    debug: (text) => logDetail('DEBUG', text),
    trace: (text) => logDetail('TRACE', text),
  };
}

// parity: logger.py:is_platform_debug_log_enabled
/** Whether the environment asks for debug logs, as `--debug` does. */
export function debugWanted(environment: { readonly LOG_LEVEL?: string | undefined }): boolean {
  return environment.LOG_LEVEL?.toLowerCase() === 'debug';
}

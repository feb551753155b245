/** The name of the Python error that the reference raises for the same input. */
export type DateErrorType = 'ValueError' | 'OverflowError' | 'TypeError' | 'OSError' | 'ZeroDivisionError' | 'KeyError' | 'error';

/** A date, duration or format that cannot be read, built or combined; `type` is the Python error the reference raises there. */
export class DateError extends Error {
  readonly type: DateErrorType;

  constructor(type: DateErrorType, message: string) {
    super(message);
    this.name = 'DateError';
    this.type = type;
  }
}

/** Whether a date was refused because it lies outside of the years 1 to 9999, and not for the way it is written. */
export function isBeyondYears({ type, message }: DateError): boolean {
  return type === 'OverflowError' || type === 'OSError' || /outside of the years|^year\b.*\bis out of range/i.test(message);
}

import type { Zone } from './zone.ts';

/** A wall-clock reading: what every date object gives to be printed. */
export interface Moment {
  /** Seconds of the wall clock since 1970-01-01T00:00:00, whatever the zone. */
  readonly seconds: number;
  /** 0-999999. */
  readonly microsecond: number;
  readonly zone: Zone | null;
}

import { type JsonObject, stringifyJson } from '../lib/json.ts';
import type { RecordWriter } from '../protocol/output.ts';
import type { Cursor } from './kinds.ts';
import type { PagePositions } from './page-positions.ts';
import type { Clock } from './run.ts';

/** Characters up to which a state is printed after every page. */
const SMALL_STATE = 16_384;
/** Characters of a longer state for each record since the last one, so that states are never the greater part of the output. */
const STATE_PER_RECORD = 256;
/** Microseconds after which a state is printed, however long it is. */
const LONGEST_WAIT = 60_000_000n;
/** Characters of longer states a second that are printed where pages are asked for: then an API that is slow costs few rows. */
const STATE_PER_SECOND = 65_536;

/** Prints the states of one stream, when there is news and when it is worth it. */
export interface StateWriter {
  /** Prints the present state in any case. */
  print(): void;
  /** A further page of a slice was written. */
  onPage(): void;
  /** A slice has ended; its cursor may ask for a state, and there may be news for one that is worth it. */
  onClose(isAskedFor: boolean, isNews: boolean): void;
  /** The stream has ended. */
  onEnd(hasFailed: boolean): void;
}

/** A writer of states; `positions` are there where states tell of pages. */
export function createStateWriter(
  writer: RecordWriter,
  cursor: Cursor,
  positions: PagePositions | undefined,
  clock: Pick<Clock, 'now'>,
): StateWriter {
  let length = 0;
  let records = 0;
  let bytes = 0;
  let printedAt = clock.now();

  function print(): void {
    const state: JsonObject = positions?.state() ?? cursor.unfinished?.() ?? cursor.state();
    if (positions !== undefined) {
      length = stringifyJson(state).length;
      records = writer.count;
      bytes = writer.bytes ?? 0;
      printedAt = clock.now();
    }
    writer.state(state);
  }

  function isWorthIt(): boolean {
    if (length <= SMALL_STATE || (writer.count - records) * STATE_PER_RECORD >= length) return true;
    const waited = clock.now() - printedAt;
    if (waited >= LONGEST_WAIT) return true;
    return positions?.isAskedFor === true && ((writer.bytes ?? 0) - bytes >= length || (Number(waited) / 1e6) * STATE_PER_SECOND >= length);
  }

  return {
    print,
    onPage() {
      if (isWorthIt()) print();
    },
    onClose(isAskedFor, isNews) {
      if (isAskedFor || (isNews && isWorthIt())) print();
    },
    onEnd(hasFailed) {
      writer.state(positions?.lastState(hasFailed) ?? cursor.state());
    },
  };
}

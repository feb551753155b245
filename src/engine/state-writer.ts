import { type JsonObject, stringifyJson } from '../lib/json.ts';
import type { RecordWriter } from '../protocol/output.ts';
import type { Cursor } from './kinds.ts';
import type { PagePositions } from './page-positions.ts';
import type { Clock } from './run.ts';

/** Characters up to which a state is printed after every page, whoever asks for it. */
const SMALL_STATE = 16_384;
/** Characters of a longer state for each record since the last one where only the catalog asks, so that states are not most of the output. */
const STATE_PER_RECORD = 256;
/** Microseconds after which a state is printed, however long it is. */
const LONGEST_WAIT = 60_000_000n;

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
  clock: Pick<Clock, 'steady'>,
): StateWriter {
  let length = 0;
  let records = 0;
  let printedAt = clock.steady();

  function print(): void {
    const state: JsonObject = positions?.state() ?? cursor.unfinished?.() ?? cursor.state();
    if (positions?.isAskedFor === false) {
      length = stringifyJson(state).length;
      records = writer.count;
      printedAt = clock.steady();
    }
    writer.state(state);
  }

  function isWorthIt(): boolean {
    if (positions?.isAskedFor === true || length <= SMALL_STATE) return true;
    return (writer.count - records) * STATE_PER_RECORD >= length || clock.steady() - printedAt >= LONGEST_WAIT;
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

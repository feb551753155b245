import type { PageRequest, Row, Together } from '../../engine/kinds.ts';
import { isRow, notRow } from '../../engine/require-row.ts';
import type { Json } from '../../lib/json.ts';

/** Something that is done to records one after the other, or to many of them together. */
export interface Step {
  /** Whether it only says which records stay. */
  readonly filters: boolean;
  /** Whether it takes records that are no objects. */
  readonly takesAnything: boolean;
  /** What becomes of a record; null drops it. */
  one(record: Row, request: PageRequest): Row | null;
  readonly all?: ((records: readonly Row[], request: PageRequest) => Promise<Together<Row | null>>) | undefined;
}

/** What the steps have made of records. */
export interface Taken {
  /** The rows that stay; those before the failure where one failed. */
  readonly rows: Row[];
  readonly failure?: unknown;
  /** The step that dropped the last record of all, and the record as it came to it. */
  readonly dropper?: { readonly step: Step; readonly row: Row } | undefined;
}

/** Takes records through steps, one step after the other. Each record fares as if it went through all of them by itself, in its turn. */
export async function takeSteps(steps: readonly Step[], records: readonly Row[], request: PageRequest): Promise<Taken> {
  let left = records.map((row, index) => ({ row, index }));
  let failure: unknown;
  let dropper: Taken['dropper'];
  for (const step of steps) {
    if (left.length === 0) break;
    const rows = left.map(({ row }) => row);
    const made = await takeStep(step, rows, request);
    failure = made.failure ?? failure;
    const next: typeof left = [];
    for (const [at, row] of made.results.entries()) {
      const { index, row: before } = left[at] as { row: Row; index: number };
      if (row !== null) next.push({ row, index });
      else if (index === records.length - 1) dropper = { step, row: before };
    }
    left = next;
  }
  return { rows: left.map(({ row }) => row), failure, dropper };
}

async function takeStep({ takesAnything, one, all }: Step, rows: readonly Row[], request: PageRequest): Promise<Together<Row | null>> {
  const misfit = takesAnything ? -1 : rows.findIndex((row) => !isRow(row));
  const fit = misfit < 0 ? rows : rows.slice(0, misfit);
  const made = all === undefined || fit.length === 0 ? takeEach(fit, (row) => one(row, request)) : await all(fit, request);
  if (made.failure !== undefined || misfit < 0) return made;
  return { results: made.results, failure: notRow(rows[misfit] as Json) };
}

function takeEach(rows: readonly Row[], one: (row: Row) => Row | null): Together<Row | null> {
  const results: (Row | null)[] = [];
  try {
    for (const row of rows) results.push(one(row));
  } catch (failure) {
    return { results, failure };
  }
  return { results };
}

import type { JsonObject } from '../lib/json.ts';
import { Failure } from '../protocol/failure.ts';
import type { Row, SchemaSample, Stream } from './kinds.ts';
import type { Run } from './run.ts';

/** Slices that are read for the records of a sample, where the first ones have none. */
const MOST_SLICES = 20;

/** A schema completed by the first records of a stream; the schema as it was, with a warning, where they cannot be read. */
export async function sampledSchema({ log }: Run, stream: Stream, sample: SchemaSample, known: JsonObject): Promise<JsonObject> {
  try {
    const records = await firstRecords(stream, sample.size);
    if (records.length === 0) log.warn(`Stream ${stream.name}: there are no records to tell its fields by.`);
    return sample.complete(known, records);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    log.warn(`Stream ${stream.name}: its fields cannot be told, since no records can be read. ${error.message}`);
    return known;
  }
}

async function firstRecords(stream: Stream, size: number): Promise<Row[]> {
  const open = await stream.open({ state: undefined });
  const records: Row[] = [];
  let slices = 0;
  for await (const slice of open.slices()) {
    for await (const batch of open.read(slice)) {
      records.push(...batch.records);
      if (records.length >= size) return records.slice(0, size);
    }
    slices += 1;
    if (slices >= MOST_SLICES) break;
  }
  return records;
}

import { Failure } from '../protocol/failure.ts';
import { requireFirst } from './batch.ts';
import { hazardsOf } from './hazards.ts';
import type { Stream } from './kinds.ts';
import type { Run } from './run.ts';

/**
 * Why a stream cannot be read, undefined when its first partition can: reads until the first record.
 * parity: sources/streams/concurrent/default_stream.py:DefaultStream.check_availability
 */
export async function streamAvailability(stream: Stream, run: Run): Promise<string | undefined> {
  try {
    const open = await stream.open({ state: undefined });
    hazardsOf(run).tell();
    await open.schema();
    for await (const slice of open.slices()) {
      for await (const batch of open.read(slice)) {
        if (batch.count === 0) continue;
        requireFirst(batch);
        return undefined;
      }
      run.log.info(`Connected to stream ${stream.name}, which has no records.`);
      return undefined;
    }
    return `Cannot try stream ${stream.name}: it has no partitions to read, since its parent streams gave no records.`;
  } catch (error) {
    if (error instanceof Failure) return error.message;
    throw error;
  }
}

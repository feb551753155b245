import type { Json, JsonObject } from '../lib/json.ts';
import { isPlainObject, ownProperty } from '../lib/objects.ts';
import { DateError, Delta, parseDuration } from '../lib/time/index.ts';
import { ManifestError } from '../manifest/errors.ts';

/** After what a state may be printed: after each page, or only when a slice has ended. */
export type CheckpointEvery = 'page' | 'slice';

const CHECKPOINTS: readonly CheckpointEvery[] = ['page', 'slice'];

/** How often the streams of a run print states. */
export interface CheckpointSettings {
  /** What the command line or the manifest says of a stream; undefined when neither does, so that the catalog decides. */
  of(streamName: string): CheckpointEvery | undefined;
  /** Microseconds for which a page token of a state may be used. */
  readonly validFor: bigint;
}

/** Microseconds of an hour: what lies between two attempts of one sync, but not between two syncs. */
const VALID_FOR = 3_600_000_000n;
const PLACE = 'metadata.checkpoint';

/**
 * The settings of the command line over those of the manifest, `metadata.checkpoint`: `page`, `slice`, or an object with `every`, `valid_for`
 * (an ISO 8601 duration without years and months) and `streams`. Throws ManifestError for a mistake in the manifest.
 */
export function createCheckpointSettings(manifest: JsonObject, option?: CheckpointEvery): CheckpointSettings {
  const metadata = ownProperty(manifest, 'metadata');
  const declared = (isPlainObject(metadata) ? ownProperty(metadata as JsonObject, 'checkpoint') : undefined) ?? {};
  const { every, valid_for, streams = {}, ...unknown } = isPlainObject(declared) ? (declared as JsonObject) : { every: declared };
  const [stray] = Object.keys(unknown);
  if (stray !== undefined) throw mistake(stray, 'is no setting of checkpoint: there are every, valid_for and streams.');
  if (!isPlainObject(streams)) throw mistake('streams', 'is an object of stream names, each with page or slice.');
  const ofAll = every === undefined ? undefined : readEvery(every, 'every');
  const byStream = new Map(Object.entries(streams as JsonObject).map(([name, value]) => [name, readEvery(value, `streams.${name}`)]));
  return {
    of: (name) => option ?? byStream.get(name) ?? ofAll,
    validFor: valid_for === undefined ? VALID_FOR : readDuration(valid_for),
  };
}

function readEvery(value: Json, key: string): CheckpointEvery {
  const found = CHECKPOINTS.find((choice) => choice === value);
  if (found === undefined) throw mistake(key, `takes page or slice, not ${JSON.stringify(value)}.`);
  return found;
}

function readDuration(value: Json): bigint {
  try {
    const duration = typeof value === 'string' ? parseDuration(value) : undefined;
    if (duration instanceof Delta) return duration.totalMicroseconds();
  } catch (error) {
    if (!(error instanceof DateError)) throw error;
  }
  throw mistake('valid_for', `takes an ISO 8601 duration in weeks, days, hours and less, such as PT6H, not ${JSON.stringify(value)}.`);
}

function mistake(key: string, message: string): ManifestError {
  return new ManifestError({ code: 'checkpoint', path: `${PLACE}.${key}`, message: `${key} ${message}` });
}

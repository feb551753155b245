import { type SliceUse, sliceUseOf } from '../../engine/slice-use.ts';
import type { JsonObject } from '../../lib/json.ts';

/** What a cursor knows of itself. */
export interface CursorFacts {
  /** The keys of a slice that hold the borders of its window. */
  readonly borders: readonly [start: string, end: string];
  readonly sendsStart: boolean;
  /** The field that would send the start. */
  readonly startOption: 'start_time_option' | 'start_value_option';
  readonly sendsEnd: boolean;
  readonly isDataFeed: boolean;
  readonly isClientSideIncremental: boolean;
  /** Whether time is cut into windows that hold more than one value of the format. */
  readonly hasWindows: boolean;
  /** The granularity, where the format tells times apart that lie within it. */
  readonly coarseGranularity?: { readonly stated: string; readonly better: string } | undefined;
}

const PAGING = 'paginator';

/** What is declared of a cursor, or of the stream around it, that does not work as it stands. */
export function cursorHazards(facts: CursorFacts, stream: JsonObject | undefined): string[] {
  const hazards: string[] = [];
  if (facts.isDataFeed && facts.isClientSideIncremental)
    hazards.push(
      'is_client_side_incremental does nothing beside is_data_feed, which drops known records itself and ends paging at the first of them. Keep one of them.',
    );
  const use = stream && sliceUseOf(stream);
  if (use !== undefined && !use.isOpen) {
    const unsent = facts.hasWindows ? windowHazard(facts, use) : undefined;
    const idle = unsent ?? idleHazard(facts, use);
    if (idle !== undefined) hazards.push(idle);
  }
  if (facts.coarseGranularity !== undefined && facts.hasWindows && facts.sendsEnd)
    hazards.push(
      `cursor_granularity ${facts.coarseGranularity.stated} is coarser than datetime_format: each window ends that long before the next one begins, and what lies between them is never asked for. ` +
        `Let it be ${facts.coarseGranularity.better}, the shortest time that datetime_format tells apart.`,
    );
  return hazards;
}

/** Windows whose end the API cannot know: each of them gives all that comes after its start. */
function windowHazard({ borders: [start, end], sendsStart, sendsEnd }: CursorFacts, use: SliceUse): string | undefined {
  if (sendsEnd || use.placesOf(end).length > 0) return undefined;
  const isStartSent = sendsStart || use.placesOf(start).length > 0;
  // A template may make an end of the start itself.
  if (!sendsStart && isStartSent) return undefined;
  const gives = isStartSent ? `records come again in each window that begins before them` : 'each window gives all records';
  return (
    `step cuts time into windows, but nothing tells the API where one ends, so that ${gives}. ` +
    `Add an end_time_option, or read stream_interval['${end}'] in the request; else leave step and cursor_granularity out.`
  );
}

/** A cursor that changes nothing about what is read. */
function idleHazard(facts: CursorFacts, use: SliceUse): string | undefined {
  const [start, end] = facts.borders;
  if (facts.sendsStart || facts.sendsEnd || facts.isDataFeed || facts.isClientSideIncremental) return undefined;
  const places = new Set([...use.placesOf(start), ...use.placesOf(end)]);
  if (places.size === 0) {
    return (
      `incremental_sync neither tells the API where to begin nor filters, so that each sync reads and gives all records. ` +
      `Add a ${facts.startOption}, or read stream_interval['${start}'] in the request${facts.startOption === 'start_time_option' ? ', or set is_client_side_incremental: true' : ''}.`
    );
  }
  if ([...places].some((place) => place !== PAGING)) return undefined;
  return (
    `only the ${PAGING} reads stream_interval, which ends paging: the records of the last page that are older than its start are given again. ` +
    'Set is_client_side_incremental: true to drop them, or is_data_feed: true, which does both.'
  );
}

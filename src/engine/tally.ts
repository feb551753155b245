/** What became of everything that was read for one stream: counted a page at a time, or where a record is dropped. */
export interface Tally {
  /** Responses that were looked into. */
  responses: number;
  /** Records that the extractor found. */
  selected: number;
  /** Records that the last sync had already, or that lie behind what this one reads. */
  outside: number;
  /** Records that the record_filter refused. */
  filtered: number;
  /** Why the extractor found nothing in a response: what was there instead. */
  missing: string | undefined;
}

/** A tally of nothing. */
export function createTally(): Tally {
  return { responses: 0, selected: 0, outside: 0, filtered: 0, missing: undefined };
}

/** What is known of a stream that ended without records, beside its tally. */
export interface Fruitless {
  readonly name: string;
  readonly slices: number;
  readonly tally: Tally | undefined;
  /** The parent streams whose records make the slices. */
  readonly parents: readonly string[];
  /** Where reading begins, by the state or the start date, when that lies in the future. */
  readonly future: string | undefined;
}

/** Why a stream gave no records, and whether somebody should look into it. */
export function explainFruitless({ name, slices, tally, parents, future }: Fruitless): {
  readonly isSuspicious: boolean;
  readonly text: string;
} {
  const say = (text: string, isSuspicious = false) => ({ isSuspicious, text: `Stream ${name} gave no records: ${text}` });
  if (future !== undefined)
    return say(`what it reads begins at ${future}, which lies in the future. Reset its state, or correct its start date.`, true);
  if (slices === 0) {
    return parents.length > 0
      ? say(`its parent ${parents.length > 1 ? 'streams' : 'stream'} ${parents.join(' and ')} gave nothing to read it by.`)
      : say('there is nothing left to read after its state.');
  }
  if (tally === undefined || tally.responses === 0) return say(`${count(slices, 'slice')} brought no response that was looked into.`);
  const asked = count(tally.responses, 'response');
  if (tally.selected === 0) {
    return tally.missing === undefined
      ? say(`${asked} held none.`)
      : say(`${asked} held none where its extractor looks: ${tally.missing}`, true);
  }
  const dropped = [
    ...(tally.outside > 0 ? [`${tally.outside} lie outside of what this sync reads`] : []),
    ...(tally.filtered > 0 ? [`${tally.filtered} are refused by the record_filter`] : []),
  ];
  return say(`of ${count(tally.selected, 'record')} in ${asked}, ${dropped.join(' and ') || 'none is left'}.`, tally.filtered > 0);
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

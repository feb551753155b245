/** Counts the records that were left out because they lie behind the end that the manifest names. */
export interface LeftOut {
  readonly add: () => void;
  /** The warning of them, as the rest of a sentence on the stream. */
  remarks(): string[];
}

/** `endField` is the field of the manifest that names the end. */
export function createLeftOut(endField: string): LeftOut {
  let count = 0;
  return {
    add() {
      count += 1;
    },
    remarks() {
      if (count === 0) return [];
      const records = count === 1 ? '1 record comes' : `${count} records come`;
      return [
        `${records} after the ${endField} and ${count === 1 ? 'was' : 'were'} left out. Leave ${endField} out to have what lies ahead.`,
      ];
    },
  };
}

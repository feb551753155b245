/** What a function of WebAssembly may run before V8 optimises it, in bytes of its code: V8's default. */
const USUAL = 13_000_000;
/** Never, in practice. */
export const NEVER = 2_000_000_000;
/** After what takes longer than optimising. */
export const LATE = 4 * USUAL;

/**
 * Has what is compiled from now on wait for so long until V8 optimises it, and gives what ends that: flags must be as they were when code is loaded that was
 * stored compiled, since V8 takes it for the same flags only.
 */
export function delayOptimising(budget: number): () => void {
  setBudget(budget);
  return () => setBudget(USUAL);
}

function setBudget(budget: number): void {
  process.getBuiltinModule('node:v8').setFlagsFromString(`--wasm-tiering-budget=${budget}`);
}

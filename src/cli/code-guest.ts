import { type GuestTools, runGuest } from '../confined/guest.ts';
import { PlainJson } from '../confined/wire.ts';
import { authoringTools } from '../engine/authoring-tools.ts';
import type { Builder } from '../engine/builder.ts';
import { type CustomExport, makeComponent } from '../engine/custom-code.ts';
import type { JsonObject } from '../lib/json.ts';
import { COPIED_CLASSES } from './copied-classes.ts';

/** What the room starts the program with: where the code lies, and for how many milliseconds a promise may have nothing to wait for. */
const [, , url = '', patience = ''] = process.argv;

/** A component as its code has made it. */
type Made = Readonly<Record<string, (...parameters: readonly unknown[]) => unknown>>;

/** What the process that custom components run in is asked for. */
function codeGuest({ goesOn }: GuestTools) {
  return {
    isThere: () => true,
    /** The names of the functions and classes that the code exports; throws what loading it failed with. */
    names() {
      if (failure !== undefined) throw failure.error;
      return Object.keys(exports).filter((name) => typeof exports[name] === 'function');
    },
    make: (name: string, spec: JsonObject, builder: Builder) => makeComponent(exports[name] as CustomExport, spec, builder, authoringTools),
    /** Calls a member for each of many rows; gives what came of them, and what the first one failed with that did. */
    async handTogether(made: Made, member: string, rows: readonly unknown[], parameters: readonly unknown[], wants: 'records' | 'answers') {
      const results: unknown[] = [];
      try {
        for (const row of rows) {
          const result = (made[member] as Made[string]).call(made, row, ...parameters);
          results.push(wants === 'answers' ? Boolean(result) : became(row, result));
          goesOn();
        }
      } catch (error) {
        return [new PlainJson(results), error];
      }
      // A promise that the code has let fail meanwhile is told of before the results.
      await new Promise((resolve) => setImmediate(resolve));
      return [new PlainJson(results)];
    },
  };
}

/** What became of a row: what the code gave in its stead, nothing, or the row as the code left it. */
function became(row: unknown, result: unknown): unknown {
  if (result === null || result === false) return null;
  return result === undefined || result === true ? row : result;
}

let exports: Readonly<Record<string, unknown>> = {};
let failure: { readonly error: unknown } | undefined;

async function load(): Promise<void> {
  try {
    exports = (await import(url)) as Record<string, unknown>;
  } catch (error) {
    failure = { error };
  }
}

await runGuest({ classes: COPIED_CLASSES, root: codeGuest, load, patience: Number(patience) });

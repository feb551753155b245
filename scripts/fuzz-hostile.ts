/**
 * Gives the built connector manifests, configs, catalogs, states and responses that nobody expects: `node scripts/fuzz-hostile.ts
 * [--seeds FIRST-LAST] [--jobs COUNT]`. Its last line is `N passed, N failed`; exit code 1 when a run crashed, hung or failed without an error
 * that says what to do.
 */
import { parseArgs } from 'node:util';
import { playHostile } from '../test/fuzz/play-hostile.ts';

const { values: options } = parseArgs({ options: { seeds: { type: 'string', default: '1-500' }, jobs: { type: 'string', default: '3' } } });
const [first = 1, last = first] = options.seeds.split('-').map(Number);
let [next, passed, failed] = [first, 0, 0];

async function work(): Promise<void> {
  while (next <= last) {
    const seed = next;
    next += 1;
    const problems = await playHostile(seed);
    for (const problem of problems) process.stdout.write(`seed ${seed}: ${problem}\n`);
    if (problems.length === 0) passed += 1;
    else failed += 1;
  }
}

await Promise.all(Array.from({ length: Number(options.jobs) }, work));
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 ? 1 : 0;

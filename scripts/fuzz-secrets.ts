/**
 * Looks for secrets in what the built connector prints while an API repeats them: `node scripts/fuzz-secrets.ts [--seeds FIRST-LAST] [--jobs COUNT]`;
 * with `--recorded` the manifests of the recorded cases beside the checkout in place of seeds, all of them or by their numbers. Its last line is `N passed, N failed`; exit
 * code 1 when a secret was found.
 */
import { parseArgs } from 'node:util';
import { playSecrets } from '../test/fuzz/play-secrets.ts';
import { playRecordedCase } from '../test/fuzz/shared-secrets.ts';
import { recordedCases } from '../test/parity/shared.ts';

const { values: options } = parseArgs({
  options: {
    seeds: { type: 'string' },
    jobs: { type: 'string', default: '3' },
    recorded: { type: 'boolean', default: false },
  },
});
const cases = options.recorded ? recordedCases() : [];
const [first = 1, last = first] = (options.seeds ?? (options.recorded ? `1-${cases.length}` : '1-500')).split('-').map(Number);
const waiting: (() => Promise<string[] | undefined>)[] = options.recorded
  ? cases.slice(first - 1, last).map((file) => () => playRecordedCase(file))
  : Array.from(
      { length: last - first + 1 },
      (_, index) => async () => (await playSecrets(first + index)).map((problem) => `seed ${first + index}: ${problem}`),
    );
let [passed, failed] = [0, 0];

async function work(): Promise<void> {
  for (let play = waiting.shift(); play !== undefined; play = waiting.shift()) {
    const problems = await play();
    for (const problem of problems ?? []) process.stdout.write(`${problem}\n`);
    if (problems?.length === 0) passed += 1;
    else if (problems !== undefined) failed += 1;
  }
}

await Promise.all(Array.from({ length: Number(options.jobs) }, work));
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 ? 1 : 0;

/**
 * Gives every reader of texts long runs of each kind of character and says which of them take more than
 * linear time. `node scripts/fuzz-linear.ts [--size BYTES] [--only TEXT]`. Its last line is `N passed, N failed`.
 */
import { parseArgs } from 'node:util';
import { slowReadings } from '../test/linear/measure.ts';
import { allReaders } from '../test/linear/readers.ts';

const { values } = parseArgs({ options: { size: { type: 'string', default: '1000000' }, only: { type: 'string', default: '' } } });
const size = Number(values.size);
// A square shows in a short run already, which takes seconds where the long one would take hours.
const sizes = [16_384, 131_072, size].filter((step) => step <= size);
const readers = allReaders().filter(({ name }) => name.includes(values.only));
let failed = 0;
for (const reader of readers) {
  const slow = await slowReadings(reader, sizes);
  if (slow.length > 0) failed += 1;
  for (const line of slow) process.stdout.write(`${line}\n`);
}
process.stdout.write(`${readers.length - failed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 ? 1 : 0;

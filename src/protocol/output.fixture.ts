// A process that writes records until it is told to stop: `node output.fixture.ts <records> [patience] [lines]`. On stderr it says `waiting`
// when its reader holds it back and `tick` for each turn of the event loop meanwhile. With `lines` it writes blocks of lines from memory
// that it writes over at once.
import { setImmediate } from 'node:timers/promises';
import { createOutput } from './output.ts';
import { endOnSignals } from './signals.ts';

const records = Number(process.argv[2]);
const output = createOutput({ now: () => 1_700_000_000_000, redact: (text) => text });
endOnSignals(output, {
  beforeEnd: () => output.recordWriter({ name: 'numbers' }).state({ last: true }),
  patience: Number(process.argv[3] ?? 3000),
});

function watch(): NodeJS.Timeout {
  process.stderr.write('waiting\n');
  return setInterval(() => process.stderr.write('tick\n'), 10);
}

const writer = output.recordWriter({ name: 'numbers' });
const { lines } = writer;
const shared = Buffer.alloc(1024 * 1024);

function writeBlock(count: number): void {
  const [prefix, rest] = [String(lines?.prefix()), `,"text":"${'x'.repeat(100)}"}}}\n`];
  const block = Array.from({ length: count }, (_, i) => `${prefix}{"id":${writer.count + i}${rest}`).join('');
  lines?.write(shared.subarray(0, shared.write(block)), count);
  shared.fill('!');
}

while (writer.count < records) {
  if (process.argv[4] === 'lines') writeBlock(500);
  else for (let i = 0; i < 500; i++) writer.write({ id: writer.count, text: 'x'.repeat(100) });
  const drained = output.drained();
  const soon = new Promise((resolve) => setTimeout(resolve, 20, 'late'));
  const late = (await Promise.race([drained, soon])) === 'late';
  const watching = late ? watch() : undefined;
  await drained;
  clearInterval(watching);
  await setImmediate();
}
await output.end();
process.exit(0);

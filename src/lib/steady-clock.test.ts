import { expect, it } from 'vitest';
import { createSteadyClock } from './steady-clock.ts';

it('goes on from the present, however the clock of the machine is set', () => {
  let [wall, elapsed] = [1_700_000_000_000, 500];
  const now = createSteadyClock(
    () => wall,
    () => elapsed,
  );
  expect(now()).toBe(1_700_000_000_000_000n);
  wall -= 3_600_000;
  elapsed += 2_000;
  expect(now()).toBe(1_700_000_002_000_000n);
});

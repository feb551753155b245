import { expect, it } from 'vitest';
import { createSteadyClock } from './steady-clock.ts';

function clockOver(times: { wall: number; elapsed: number }) {
  return createSteadyClock(
    () => times.wall,
    () => times.elapsed,
  );
}

it('goes on from the present, however the clock of the machine is set', () => {
  const times = { wall: 1_700_000_000_000, elapsed: 500 };
  const clock = clockOver(times);
  expect(clock.now()).toBe(1_700_000_000_000_000n);
  times.wall -= 3_600_000;
  times.elapsed += 2_000;
  expect(clock.now()).toBe(1_700_000_002_000_000n);
});

it('moves on to what a wait has reached, and never back', () => {
  const clock = clockOver({ wall: 1_000, elapsed: 0 });
  clock.reach(5_000_000n);
  expect(clock.now()).toBe(5_000_000n);
  clock.reach(2_000_000n);
  expect(clock.now()).toBe(5_000_000n);
});

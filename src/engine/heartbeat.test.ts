import { expect, it } from 'vitest';
import { createLog } from '../protocol/log.ts';
import { createHeartbeat } from './heartbeat.ts';

const MINUTE = 60_000_000n;

it('prints a state again after each hour without a record, and none otherwise', () => {
  let time = 0n;
  let records = 0;
  let states = 0;
  let look = (): void => {};
  const heartbeat = createHeartbeat(
    createLog({ message: () => {} }, { debug: false }),
    () => time,
    (given) => {
      look = given;
    },
  );
  const pass = (minutes: bigint): number => {
    for (let minute = 0n; minute < minutes; minute += 10n) {
      time += 10n * MINUTE;
      look();
    }
    return states;
  };
  const end = heartbeat.follow(
    () => records,
    () => {
      states += 1;
    },
  );
  expect(pass(50n)).toBe(0);
  records += 1;
  expect(pass(60n)).toBe(0);
  expect(pass(10n)).toBe(1);
  expect(pass(50n)).toBe(1);
  expect(pass(10n)).toBe(2);
  end();
  expect(pass(300n)).toBe(2);
});

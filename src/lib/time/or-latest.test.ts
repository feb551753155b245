import { expect, it } from 'vitest';
import { DateTime } from './date-time.ts';
import { Delta } from './delta.ts';
import { DateError } from './errors.ts';
import { orLatest } from './or-latest.ts';
import { parseDuration } from './parse-duration.ts';
import { Zone } from './zone.ts';

const begin = DateTime.of(2026, 1, 1, 0, 0, 0, 0, Zone.utc);

it('ends with the year 9999', () => {
  const latest = '9999-12-31T23:59:59.999999+00:00';
  expect(orLatest(() => begin.add(Delta.of({ days: 1 }))).isoformat()).toBe('2026-01-02T00:00:00+00:00');
  expect(orLatest(() => begin.add(Delta.of({ days: 1e9 - 1 }))).isoformat()).toBe(latest);
  expect(orLatest(() => begin.add(Delta.of({ seconds: 1e300 }))).isoformat()).toBe(latest);
  const years = parseDuration('P9000Y');
  expect(orLatest(() => ('addTo' in years ? years.addTo(begin) : begin)).isoformat()).toBe(latest);
  const fault = new DateError('ValueError', 'no date');
  expect(() =>
    orLatest(() => {
      throw fault;
    }),
  ).toThrow(fault);
});

import { describe, expect, it } from 'vitest';
import { DateTime } from './date-time.ts';
import { formatStep, precisionOf } from './format-step.ts';
import { parseDuration } from './parse-duration.ts';

describe('formatStep', () => {
  it.each([
    ['%Y-%m-%dT%H:%M:%S.%fZ', 'PT0.000001S'],
    ['%Y-%m-%dT%H:%M:%S.%_msZ', 'PT0.001S'],
    ['%Y-%m-%dT%H:%M:%S%z', 'PT1S'],
    ['%FT%T', 'PT1S'],
    ['%Y-%m-%d %H:%M', 'PT1M'],
    ['%Y%m%d%H', 'PT1H'],
    ['%d/%m/%Y', 'P1D'],
    ['%-d.%-m.%Y', 'P1D'],
    ['%Y-%j', 'P1D'],
    ['%G-W%V', 'P7D'],
    ['%Y-%m', 'P1M'],
    ['%b %Y', 'P1M'],
    ['%Y', 'P1Y'],
    ['%s', 'PT1S'],
    ['%ms', 'PT0.001S'],
    ['%Y-%ms', 'P1M'],
    ['%s_as_float', 'PT0.000001S'],
    ['%epoch_microseconds', 'PT0.000001S'],
    ['%Y-%m-%dT%%H', 'P1D'],
  ])('of %s is %s', (format, expected) => {
    expect(formatStep(format)).toEqual(parseDuration(expected));
  });

  it('is unknown where no part of a date is written', () => {
    expect(formatStep('%%S')).toBeUndefined();
  });
});

describe('precisionOf', () => {
  it.each([
    [[0, 0, 0, 0], 'P1D'],
    [[7, 0, 0, 0], 'PT1H'],
    [[7, 5, 0, 0], 'PT1M'],
    [[7, 5, 3, 0], 'PT1S'],
    [[0, 0, 0, 250_000], 'PT0.001S'],
    [[0, 0, 0, 1], 'PT0.000001S'],
  ] as const)('of the time %j is %s', ([hour, minute, second, microsecond], expected) => {
    expect(precisionOf(DateTime.of(2026, 1, 2, hour, minute, second, microsecond))).toEqual(parseDuration(expected));
  });
});

import { describe, expect, it } from 'vitest';
import { areWrittenAlike, compareInstants, isInstant } from './instant-order.ts';

describe('compareInstants', () => {
  it.each<[string, string, number | undefined]>([
    ['2025-11-02T01:15:00-05:00', '2025-11-02T01:30:00-04:00', 1],
    ['2025-11-02T06:15:00Z', '2025-11-02T01:15:00-0500', 0],
    ['2025-11-02 06:15:00Z', '2025-11-02T06:15Z', 0],
    ['2026-01-01T00:00:05.500Z', '2026-01-01T00:00:05Z', 1],
    ['2026-01-01T00:00:05.5Z', '2026-01-01T00:00:05.500000+00', 0],
    ['2026-01-01T00:00:05.123456788Z', '2026-01-01T00:00:05.123456789Z', -1],
    ['2026-01-01', '2026-01-01T00:00:00Z', 0],
    ['2026-01-02', '2026-01-01T23:00:00-02:00', -1],
    ['2026-01-01T00:00:00', '2026-01-01T00:00:00+00:00', 0],
    ['2024-02-29', '2024-03-01', -1],
    ['2026-02-29', '2026-03-01', undefined],
    ['2026-01-01T24:00:00Z', '2026-01-02', undefined],
    ['20260101', '2026-01-01', undefined],
    ['soon', '2026-01-01', undefined],
  ])('of %s and %s is %s', (a, b, expected) => {
    const sign = (value: number | undefined): number | undefined => value && Math.sign(value);
    expect(sign(compareInstants(a, b))).toBe(expected);
    expect(sign(compareInstants(b, a))).toBe(expected && -expected);
  });

  it('knows dates by themselves', () => {
    expect(['2026-01-01', '2026-01-01T10:00', '2026-13-01', ''].map(isInstant)).toEqual([true, true, false, false]);
  });
});

describe('areWrittenAlike', () => {
  const TEXTS = [
    '2026-01-01',
    '2026-01-02',
    '2026-01-01T00:00Z',
    '2026-01-01T05:00Z',
    '2026-01-01T00:00:05',
    '2026-01-01T00:00+02',
    '2026-01-01T00:00:05Z',
    '2026-01-01 00:00:05Z',
    '2026-01-01T00:00:04.5Z',
    '2026-01-01T00:00:05.5Z',
    '2026-01-01T00:00:05-05:00',
    '2026-01-01T00:00:06-05:00',
    '2026-01-01T00:00:05-04:00',
    '2026-01-01T00:00:05.25+01:00',
    '2026-01-01T00:00:05.50+01:00',
  ];

  it('holds only where the order of the texts is that of the moments', () => {
    let alike = 0;
    for (const a of TEXTS) {
      for (const b of TEXTS.filter((text) => text !== a && areWrittenAlike(a, text))) {
        alike += 1;
        expect(Math.sign(compareInstants(a, b) as number)).toBe(a < b ? -1 : 1);
      }
    }
    expect(alike).toBe(10);
  });
});

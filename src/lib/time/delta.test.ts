import { describe, expect, it } from 'vitest';
import { Delta } from './delta.ts';

describe('Delta', () => {
  it.each([
    [{ days: 1 }, '1 day, 0:00:00', 'datetime.timedelta(days=1)'],
    [{ seconds: -1 }, '-1 day, 23:59:59', 'datetime.timedelta(days=-1, seconds=86399)'],
    [{ hours: 36.5 }, '1 day, 12:30:00', 'datetime.timedelta(days=1, seconds=45000)'],
    [{ microseconds: 0.5 }, '0:00:00', 'datetime.timedelta(0)'],
    [{ microseconds: 1.5 }, '0:00:00.000002', 'datetime.timedelta(microseconds=2)'],
    [{ microseconds: 1, milliseconds: 0.0005 }, '0:00:00.000002', 'datetime.timedelta(microseconds=2)'],
    [{ weeks: 1, days: -8n }, '-1 day, 0:00:00', 'datetime.timedelta(days=-1)'],
  ])('of %o is %s', (parts, text, repr) => {
    const delta = Delta.of(parts);
    expect(String(delta)).toBe(text);
    expect(delta.repr()).toBe(repr);
  });

  it('refuses what is too long or no number', () => {
    expect(() => Delta.of({ days: 1e9 })).toThrow(expect.objectContaining({ type: 'OverflowError' }));
    expect(() => Delta.of({ days: Infinity })).toThrow(expect.objectContaining({ type: 'OverflowError' }));
    expect(() => Delta.of({ days: Number.NaN })).toThrow(expect.objectContaining({ type: 'ValueError' }));
  });

  it('calculates as Python does', () => {
    const week = new Delta(7, 0, 0);
    const odd = new Delta(0, 0, 3);
    expect(week.ratio(new Delta(2, 0, 0))).toBe(3.5);
    expect(odd.divide(2)).toEqual(new Delta(0, 0, 2));
    expect(odd.multiply(0.5)).toEqual(new Delta(0, 0, 2));
    expect(odd.negate().floorDivide(2)).toEqual(new Delta(-1, 86_399, 999_998));
    expect(odd.negate().floorRatio(new Delta(0, 0, 2))).toBe(-2n);
    expect(odd.negate().modulo(new Delta(0, 0, 2))).toEqual(new Delta(0, 0, 1));
    expect(week.negate().abs()).toEqual(week);
    expect(new Delta(-1, 86_399, 999_999).totalSeconds()).toBe(-1e-6);
    expect(Delta.max.totalSeconds()).toBe(86_400_000_000_000);
    expect(() => week.ratio(Delta.zero)).toThrow(expect.objectContaining({ type: 'ZeroDivisionError' }));
  });
});

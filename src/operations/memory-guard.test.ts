import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { SystemError } from '../protocol/failure.ts';
import type { Output } from '../protocol/output.ts';
import { guardMemory } from './memory-guard.ts';

const GIGABYTE = 1_000_000_000;

/** A container's files, an output that does nothing, and a clock. */
function container(): {
  set(files: Record<string, string | number>): void;
  guarded(): Output;
  advance(ms: number): void;
  drains: () => number;
} {
  const folder = mkdtempSync(path.join(tmpdir(), 'cgroup-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(path.join(folder, 'memory'));
  let time = 0;
  let drains = 0;
  const output: Output = {
    recordWriter: () => {
      throw new Error('no records here');
    },
    message: () => {},
    drained: async () => {
      drains += 1;
    },
    flush: () => {},
    end: async () => {},
  };
  return {
    set(files) {
      for (const [name, content] of Object.entries(files)) writeFileSync(path.join(folder, name), `${content}\n`);
    },
    guarded: () => guardMemory(output, { folder, now: () => time }),
    advance(ms) {
      time += ms;
    },
    drains: () => drains,
  };
}

function stat(own: number): string {
  return `file 1000\nanon ${own}\nanon_thp 5`;
}

it('ends a read when nearly all of the memory is used, by the process itself', async () => {
  const { set, guarded, advance } = container();
  set({ 'memory.max': GIGABYTE, 'memory.current': 0.5 * GIGABYTE, 'memory.stat': stat(0.5 * GIGABYTE) });
  const output = guarded();
  advance(1500);
  await output.drained();
  set({ 'memory.current': 0.96 * GIGABYTE, 'memory.stat': stat(0.9 * GIGABYTE) });
  advance(1500);
  const failure = await output.drained().catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(SystemError);
  expect(failure).toMatchObject({ message: expect.stringMatching(/960 MB of the 1000 MB.*memory limit/) });
});

it('leaves memory alone that holds files, and looks once a second only', async () => {
  const { set, guarded, advance, drains } = container();
  set({ 'memory.max': GIGABYTE, 'memory.current': 0.97 * GIGABYTE, 'memory.stat': stat(0.5 * GIGABYTE) });
  const output = guarded();
  advance(1500);
  await output.drained();
  set({ 'memory.stat': stat(0.97 * GIGABYTE) });
  advance(500);
  await output.drained();
  expect(drains()).toBe(2);
  advance(500);
  await expect(output.drained()).rejects.toThrow('970 MB');
});

it('looks at nothing without a limit', async () => {
  const { set, guarded, advance } = container();
  advance(5000);
  await guarded().drained();
  set({ 'memory.max': 'max', 'memory.current': GIGABYTE, 'memory.stat': stat(GIGABYTE) });
  const unlimited = guarded();
  advance(5000);
  await unlimited.drained();
});

it('knows the older files, which have no limit as a number beyond all memory', async () => {
  const { set, guarded, advance } = container();
  set({ 'memory/memory.limit_in_bytes': '9223372036854771712', 'memory/memory.usage_in_bytes': GIGABYTE });
  const unlimited = guarded();
  advance(5000);
  await unlimited.drained();
  set({ 'memory/memory.limit_in_bytes': 1000, 'memory/memory.usage_in_bytes': 1000 });
  const limited = guarded();
  advance(5000);
  await expect(limited.drained()).rejects.toThrow(SystemError);
});

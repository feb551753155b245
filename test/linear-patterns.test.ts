/**
 * Every regular expression of the sources takes time in proportion to the text: none can go back over
 * what it has read, and none that may begin anywhere reads a run again from each place in it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { analyse } from 'scslre';
import { parseSync } from 'vite';
import { describe, expect, it } from 'vitest';

const SOURCES = path.resolve(import.meta.dirname, '../src');

/** Patterns that look slow to the analysis and are not, each with the reason. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  '^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?:\\/\\/([^\\\\/?#]*))?([^?#]*)(?:\\?([^#]*))?(?:#([\\s\\S]*))?$':
    'it matches every text, so it never goes back',
  '^(?:(.)?([<>=^]))?([-+ ])?(z)?(#)?(0)?(\\p{Nd}+)?([,_]+)?(?:\\.(\\p{Nd}*))?(.*)$': 'it matches every text, so it never goes back',
};

interface Node {
  readonly type?: string;
  readonly regex?: { readonly pattern: string; readonly flags: string };
  readonly start?: number;
}

function patternsIn(value: unknown): Node[] {
  if (Array.isArray(value)) return value.flatMap(patternsIn);
  if (typeof value !== 'object' || value === null) return [];
  const node = value as Node;
  if (node.regex !== undefined) return [node];
  return Object.values(node).flatMap(patternsIn);
}

function isSource(file: string): boolean {
  return file.endsWith('.ts') && !/\.(?:test|fixture|d)\.ts$/.test(file) && !/^(?:.*\/)?testing\//.test(file);
}

function slowPatternsOf(text: string, file: string): string[] {
  return patternsIn(parseSync(file, text).program)
    .map((node) => ({ line: text.slice(0, node.start).split('\n').length, regex: node.regex as { pattern: string; flags: string } }))
    .filter(({ regex }) => EXCEPTIONS[regex.pattern] === undefined && isSlow(regex.pattern, regex.flags))
    .map(({ line, regex }) => `${file}:${line} /${regex.pattern}/${regex.flags}`);
}

function isSlow(pattern: string, flags: string): boolean {
  const { reports } = analyse({ source: pattern, flags }, { reportTypes: { Move: true, Self: true, Trade: true } });
  // A sticky pattern begins at one place only.
  return reports.some((report) => report.type !== 'Move' || !flags.includes('y'));
}

describe('the regular expressions of the sources', () => {
  it.each([
    ['/ +$/', true],
    ['/^ +/', false],
    ['/(?:a|ab?)+c/', true],
    ['/[^;]*;/', true],
    ['/[^;]*;/y', false],
  ])('%s is slow: %s', (pattern, slow) => expect(slowPatternsOf(`const a = ${pattern};`, 'a.ts').length > 0).toBe(slow));

  it('take time in proportion to the text', () => {
    const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter(isSource).sort();
    expect(files.flatMap((file) => slowPatternsOf(readFileSync(path.join(SOURCES, file), 'utf8'), file))).toEqual([]);
  });
});

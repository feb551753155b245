import { createReadStream } from 'node:fs';
import { GzipError, gunzip } from './gunzip.ts';

const NEWLINE = 0x0a;

/** A line of a file with its number, from 1. */
export interface Line {
  readonly number: number;
  readonly text: string;
}

/**
 * The lines of a text file, gzipped or not; empty ones are left out. `onBreak` is told when the file breaks off, as that of a killed run
 * does, and the lines before that are given.
 */
export async function* readLines(file: string, onBreak: (reason: string) => void): AsyncGenerator<Line> {
  let waiting: Uint8Array[] = [];
  let number = 0;
  const take = (): Line => {
    const text = Buffer.concat(waiting).toString('utf8');
    waiting = [];
    number += 1;
    return { number, text };
  };
  try {
    for await (const chunk of gunzip(createReadStream(file))) {
      let from = 0;
      for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
        waiting.push(chunk.subarray(from, at));
        from = at + 1;
        const line = take();
        if (line.text.trim() !== '') yield line;
      }
      if (from < chunk.length) waiting.push(chunk.subarray(from));
    }
  } catch (error) {
    if (!(error instanceof GzipError)) throw error;
    onBreak(error.message);
    return;
  }
  const last = take();
  if (last.text.trim() !== '') yield last;
}

import { replaceFile } from '../lib/replace-file.ts';
import { showControls } from '../lib/visible-text.ts';
import { type RunSummary, summaryLines } from '../operations/summary.ts';
import { ConfigError } from '../protocol/failure.ts';
import { tell } from './tell.ts';

/** Writes the summary of a run as JSON into a file, or for people to stderr when the file is `-`. */
export function writeSummary(file: string, summary: RunSummary): void {
  if (file === '-') {
    tell(`${summaryLines(summary).join('\n')}\n`);
    return;
  }
  try {
    replaceFile(file, `${showControls(JSON.stringify(summary, null, 2))}\n`);
  } catch (error) {
    throw new ConfigError(`The summary "${file}" cannot be written: ${(error as Error).message}.`, { cause: error });
  }
}

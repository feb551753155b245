import { type FileHandle, open, stat, truncate } from 'node:fs/promises';
import { Float, type Json, type JsonObject, parseJson, stringifyJson } from '../lib/json.ts';
import { ownProperty } from '../lib/objects.ts';
import { readLines } from '../lib/read-lines.ts';
import { ConfigError } from '../protocol/failure.ts';
import type { LoadedStream } from './destination.ts';
import { EXTRACTED_AT, GENERATION, META_COLUMNS, NOT_OWN, RAW_ID } from './sql.ts';

/** A row of a file: the record with the warehouse's own fields after its own. */
export interface JsonlRow {
  readonly id: string;
  readonly extractedAt: string;
  readonly generation: number;
  readonly record: JsonObject;
}

/** The warehouse's own fields of a line. */
const OWN_FIELDS: readonly string[] = META_COLUMNS;

/** What a field of a record is called in a line: one that has the name of the warehouse's own gets another one, as its column does in tables. */
function nameInLine(name: string, record: JsonObject): string {
  if (!OWN_FIELDS.includes(name)) return name;
  let other = NOT_OWN + name;
  for (let count = 2; Object.hasOwn(record, other); count++) other = `${NOT_OWN}${name}_${count}`;
  return other;
}

/** The record with other names for the fields that are called as the warehouse's own; the record itself where there are none. */
function withoutOwnNames(record: JsonObject): JsonObject {
  if (!OWN_FIELDS.some((name) => Object.hasOwn(record, name))) return record;
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [nameInLine(name, record), value]));
}

/** A row as a line; what readers take for the end of a line stands in it as an escape. */
export function jsonlLine({ id, extractedAt, generation, record }: JsonlRow): string {
  const text = stringifyJson({ ...withoutOwnNames(record), [RAW_ID]: id, [EXTRACTED_AT]: extractedAt, [GENERATION]: generation });
  return `${text.replace(/[\u0085\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`;
}

/** Appends text to a file at the end of what is committed of it, on to the disk; gives its length then. */
export async function appendText(file: string, committed: number, text: string): Promise<number> {
  const handle = await open(file, 'a');
  try {
    const { size } = await handle.stat();
    if (size !== committed) await handle.truncate(committed);
    const bytes = Buffer.from(text);
    await handle.writeFile(bytes);
    await handle.datasync();
    return committed + bytes.length;
  } finally {
    await handle.close();
  }
}

/** Cuts off what was written to a file and never committed; throws ConfigError for a file that somebody has made shorter. */
export async function cutTo(file: string, committed: number): Promise<void> {
  const { size } = await stat(file);
  if (size < committed) {
    throw new ConfigError(
      `${file} is shorter than the last sync has left it: restore it, or remove it to read its stream from the beginning.`,
    );
  }
  await truncate(file, committed);
}

interface Version {
  line: number;
  readonly cursor: Json | undefined;
  readonly isOfSync: boolean;
}

/** What is chosen of a file's lines: one line for each row. */
export interface Choice {
  readonly versions: ReadonlyMap<string, Version>;
  readonly lines: number;
}

/**
 * Finds the line of each row that holds: the last one, but of two that this sync brought the one with the greater cursor value. Rows of
 * generations before `from` are left out.
 */
export async function chooseLines(file: string, { cursorField, generation, syncedAt }: LoadedStream, from = 0): Promise<Choice> {
  const begin = new Date(syncedAt).toISOString();
  const versions = new Map<string, Version>();
  let lines = 0;
  for await (const text of linesOf(file)) {
    lines += 1;
    const row = parseJson(text) as JsonObject;
    if (Number(row[GENERATION]) < from) continue;
    const id = row[RAW_ID] as string;
    const cursor = cursorField === undefined ? undefined : ownProperty(row, nameInLine(cursorField, {}));
    const isOfSync = row[GENERATION] === generation && String(row[EXTRACTED_AT]) >= begin;
    const known = versions.get(id);
    if (known === undefined || !isOfSync || !known.isOfSync || !isGreater(known.cursor, cursor))
      versions.set(id, { line: lines, cursor, isOfSync });
  }
  return { versions, lines };
}

function isGreater(a: Json | undefined, b: Json | undefined): boolean {
  if (typeof a === 'string' && typeof b === 'string') return a > b;
  return isNumber(a) && isNumber(b) && a > b;
}

function isNumber(value: Json | undefined): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint' || value instanceof Float;
}

/** Writes the chosen lines of a file to another one, on to the disk; gives its length. */
export async function writeLines(from: string, to: string, { versions }: Choice): Promise<number> {
  const chosen = new Set([...versions.values()].map(({ line }) => line));
  const handle = await open(to, 'w');
  try {
    return await copyLines(from, handle, chosen);
  } finally {
    await handle.close();
  }
}

const WRITE_AT = 1024 * 1024;

async function copyLines(from: string, handle: FileHandle, chosen: ReadonlySet<number>): Promise<number> {
  let line = 0;
  let length = 0;
  let waiting = '';
  const write = async (): Promise<void> => {
    const bytes = Buffer.from(waiting);
    waiting = '';
    length += bytes.length;
    await handle.writeFile(bytes);
  };
  for await (const text of linesOf(from)) {
    line += 1;
    if (chosen.has(line)) waiting += `${text}\n`;
    if (waiting.length >= WRITE_AT) await write();
  }
  await write();
  await handle.datasync();
  return length;
}

async function* linesOf(file: string): AsyncGenerator<string> {
  try {
    for await (const { text } of readLines(file, () => {})) yield text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

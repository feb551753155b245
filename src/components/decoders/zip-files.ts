import type { Entry, ZipFile } from 'yauzl';
import { createExpansion, type Expansion } from '../../lib/expansion.ts';

/** Raised for bytes that are no zip archive, or one that cannot be read. */
export class ZipError extends Error {
  override readonly name = 'ZipError';
}

/** A file within an archive. */
export interface PackedFile {
  readonly name: string;
  /** Its bytes, unpacked as they are asked for; throws ZipError when they are damaged, encrypted or packed in a way that is not known. */
  chunks(): AsyncIterable<Uint8Array>;
}

/**
 * The files of an archive in the order of its directory, of files with the same name always the last one. Throws ZipError, also for bytes before
 * or after the archive; all files together may grow by a factor, and to 64 MiB in any case.
 */
// parity: zipfile.ZipFile
export async function listZip(bytes: Uint8Array, factor = Number.POSITIVE_INFINITY): Promise<PackedFile[]> {
  const expansion = createExpansion(factor);
  expansion.took(bytes.length);
  const entries: { name: string; entry: Entry }[] = [];
  let archive: ZipFile;
  const { fromBufferPromise, getFileNameLowLevel } = await import('yauzl');
  const nameOf = ({ generalPurposeBitFlag, fileNameRaw, extraFields }: Entry): string =>
    getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, true);
  try {
    // Names are decoded apart: the archive would refuse those that are unsafe as paths, and here no file is written.
    archive = await fromBufferPromise(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), {
      decodeStrings: false,
      validateEntrySizes: true,
    });
    for await (const entry of archive.eachEntry()) entries.push({ name: nameOf(entry), entry });
  } catch (error) {
    throw new ZipError('The bytes are no zip archive, or its directory is damaged', { cause: error });
  }
  const byName = new Map(entries.map(({ name, entry }) => [name, { name, chunks: () => unpack(archive, entry, name, expansion) }]));
  return entries.map(({ name }) => byName.get(name) as PackedFile);
}

async function* unpack(archive: ZipFile, entry: Entry, name: string, expansion: Expansion): AsyncGenerator<Uint8Array> {
  let sum = 0;
  const { crc32 } = await import('node:zlib');
  try {
    for await (const chunk of await archive.openReadStreamPromise(entry)) {
      if (!expansion.gave((chunk as Buffer).length)) throw new Error('the archive grows too much, like a decompression bomb');
      sum = crc32(chunk as Buffer, sum);
      yield chunk as Buffer;
    }
  } catch (error) {
    throw new ZipError(`The file ${name} cannot be unpacked: ${(error as Error).message}`, { cause: error });
  }
  if (sum !== entry.crc32) throw new ZipError(`The file ${name} is damaged: its checksum is not right`);
}

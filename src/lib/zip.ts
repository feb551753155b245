/** Raised for bytes that are no zip archive, or one that cannot be read. */
export class ZipError extends Error {
  override readonly name = 'ZipError';
}

/** A file within an archive. */
export interface ZipEntry {
  readonly name: string;
  /** Its bytes, unpacked as they are asked for; throws ZipError when they are damaged, encrypted or packed in a way that is not known. */
  chunks(): AsyncIterable<Uint8Array>;
}

/** Where a file lies in its archive. */
interface Location {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly checksum: number;
  readonly packedSize: number;
  readonly offset: number;
}

const END = 0x06054b50;
const END_64 = 0x06064b50;
const END_64_LOCATOR = 0x07064b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_HEADER = 0x04034b50;
const BEYOND_32_BITS = 0xffffffff;
const LONGEST_COMMENT = 0xffff;

/** The files of an archive in the order of its directory; throws ZipError. */
// parity: zipfile.ZipFile
export function readZip(bytes: Uint8Array): ZipEntry[] {
  const archive = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    return readDirectory(archive).map((location) => ({ name: location.name, chunks: () => unpack(archive, location) }));
  } catch (error) {
    if (error instanceof RangeError) throw new ZipError('The archive is cut off', { cause: error });
    throw error;
  }
}

function readDirectory(archive: Buffer): Location[] {
  const end = findEnd(archive);
  let count = archive.readUInt16LE(end + 10);
  let size = archive.readUInt32LE(end + 12);
  let start = archive.readUInt32LE(end + 16);
  let directoryEnd = end;
  if (end >= 20 && archive.readUInt32LE(end - 20) === END_64_LOCATOR) {
    directoryEnd = end - 20 - 56;
    if (archive.readUInt32LE(directoryEnd) !== END_64) throw new ZipError('The archive has no directory where it should be');
    count = Number(archive.readBigUInt64LE(directoryEnd + 32));
    size = Number(archive.readBigUInt64LE(directoryEnd + 40));
    start = Number(archive.readBigUInt64LE(directoryEnd + 48));
  }
  // What stands before the archive, such as a program that unpacks it, shifts all places.
  const shift = directoryEnd - size - start;
  const locations: Location[] = [];
  for (let at = start + shift; locations.length < count; ) {
    if (archive.readUInt32LE(at) !== DIRECTORY_ENTRY) throw new ZipError('The directory of the archive is damaged');
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => archive.readUInt16LE(at + offset)) as [
      number,
      number,
      number,
    ];
    locations.push(readLocation(archive, at, nameLength, extraLength, shift));
    at += 46 + nameLength + extraLength + commentLength;
  }
  return locations;
}

function findEnd(archive: Buffer): number {
  const first = Math.max(0, archive.length - 22 - LONGEST_COMMENT);
  for (let at = archive.length - 22; at >= first; at -= 1) if (archive.readUInt32LE(at) === END) return at;
  throw new ZipError('The bytes are no zip archive');
}

function readLocation(archive: Buffer, at: number, nameLength: number, extraLength: number, shift: number): Location {
  const flags = archive.readUInt16LE(at + 8);
  const name = archive.subarray(at + 46, at + 46 + nameLength).toString((flags & 0x800) === 0 ? 'latin1' : 'utf8');
  const extra = archive.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength);
  const wide = wideSizes(extra, [archive.readUInt32LE(at + 24), archive.readUInt32LE(at + 20), archive.readUInt32LE(at + 42)]);
  return {
    name,
    flags,
    method: archive.readUInt16LE(at + 10),
    checksum: archive.readUInt32LE(at + 16),
    packedSize: wide[1],
    offset: wide[2] + shift,
  };
}

/** Sizes and offset; those that do not fit 32 bits stand, in this order, in an extra field. */
function wideSizes(extra: Buffer, values: [number, number, number]): [number, number, number] {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    let next = at + 4;
    return values.map((value) => {
      if (value !== BEYOND_32_BITS) return value;
      next += 8;
      return Number(extra.readBigUInt64LE(next - 8));
    }) as [number, number, number];
  }
  return values;
}

async function* unpack(archive: Buffer, { name, flags, method, checksum, packedSize, offset }: Location): AsyncGenerator<Uint8Array> {
  if ((flags & 1) !== 0) throw new ZipError(`The file ${name} is encrypted`);
  if (offset + 30 > archive.length || archive.readUInt32LE(offset) !== LOCAL_HEADER)
    throw new ZipError(`The file ${name} is not where the archive says`);
  const start = offset + 30 + archive.readUInt16LE(offset + 26) + archive.readUInt16LE(offset + 28);
  if (start + packedSize > archive.length) throw new ZipError(`The file ${name} is cut off`);
  const packed = archive.subarray(start, start + packedSize);
  if (method !== 0 && method !== 8) throw new ZipError(`The file ${name} is packed in a way that is not supported (method ${method})`);
  const { crc32 } = process.getBuiltinModule('node:zlib');
  let sum = 0;
  for await (const chunk of method === 0 ? [packed] : inflate(packed, name)) {
    sum = crc32(chunk, sum);
    yield chunk;
  }
  if (sum !== checksum) throw new ZipError(`The file ${name} is damaged: its checksum is not right`);
}

async function* inflate(packed: Buffer, name: string): AsyncGenerator<Uint8Array> {
  const stream = process.getBuiltinModule('node:zlib').createInflateRaw({ chunkSize: 64 * 1024 });
  stream.end(packed);
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (error) {
    throw new ZipError(`The file ${name} cannot be unpacked`, { cause: error });
  }
}

/**
 * Locates the entries of an uncompressed ZIP archive, as written by torch.save. Reads only the
 * directory and the entries' headers. Source: PKWARE's APPNOTE 6.3 (sections 4.3 and 4.5.3, zip64).
 */
import type { ByteSource } from '../bytes';
import { append } from '../../util/lists';
import { quoted } from '../../util/parse';
import { utf8 } from './pickle';

export interface ZipEntry {
  readonly name: string;
  /** Bytes [begin, end) of the archive. */
  readonly begin: number;
  readonly end: number;
}

const END = 0x06054b50;
const END64_LOCATOR = 0x07064b50;
const END64 = 0x06064b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;

/** Bytes of an end record, and of the longest comment after it. */
const END_BYTES = 22;
const MAX_COMMENT = 0xffff;
const MAX_ENTRIES = 100_000;
const MAX_DIRECTORY = 32 * 2 ** 20;
/** Headers read concurrently. */
const AT_ONCE = 8;

/** Throws an Error if the archive is damaged or compressed. */
export async function readZip(source: ByteSource, where: string): Promise<ZipEntry[]> {
  const damaged = (what: string) => new Error(`${where}: is a damaged archive (${what}). Download it again.`);
  const { count, begin, size } = await directoryOf(source, damaged);
  if (count > MAX_ENTRIES || size > MAX_DIRECTORY || begin + size > source.size)
    throw damaged(`a directory of ${count} entries in ${size} bytes at ${begin}`);
  const view = viewOf(await source.read(begin, begin + size));
  const listed: { name: string; local: number; bytes: number }[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + 46 > size || view.getUint32(at, true) !== ENTRY) throw damaged(`entry ${i} of the directory`);
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const next = at + 46 + nameLength + extraLength + view.getUint16(at + 32, true);
    if (next > size) throw damaged(`entry ${i} of the directory`);
    const name = utf8.decode(bytesOf(view, at + 46, nameLength));
    const sizes = sizesOf(view, at, bytesOf(view, at + 46 + nameLength, extraLength));
    if (
      view.getUint16(at + 10, true) !== 0 ||
      view.getUint16(at + 8, true) & 1 ||
      sizes.stored !== sizes.bytes
    ) {
      throw new Error(
        `${where}: entry ${quoted(name)} is compressed or encrypted, expected stored entries, as torch.save writes them.`,
      );
    }
    listed.push({ name, local: sizes.local, bytes: sizes.bytes });
    at = next;
  }
  const entries: ZipEntry[] = [];
  for (let i = 0; i < listed.length; i += AT_ONCE) {
    const some = listed.slice(i, i + AT_ONCE).map(async ({ name, local, bytes }) => {
      if (local + 30 > source.size) throw damaged(`entry ${quoted(name)}`);
      const header = viewOf(await source.read(local, local + 30));
      if (header.getUint32(0, true) !== LOCAL) throw damaged(`entry ${quoted(name)}`);
      const from = local + 30 + header.getUint16(26, true) + header.getUint16(28, true);
      if (from + bytes > source.size) throw damaged(`entry ${quoted(name)}`);
      return { name, begin: from, end: from + bytes };
    });
    append(entries, await Promise.all(some));
  }
  return entries;
}

async function directoryOf(
  source: ByteSource,
  damaged: (what: string) => Error,
): Promise<{ count: number; begin: number; size: number }> {
  const from = Math.max(0, source.size - END_BYTES - MAX_COMMENT);
  const tail = viewOf(await source.read(from, source.size));
  let end = tail.byteLength - END_BYTES;
  while (end >= 0 && !isEnd(tail, end)) end--;
  if (end < 0) throw damaged('no end record');
  const found = {
    count: tail.getUint16(end + 10, true),
    size: tail.getUint32(end + 12, true),
    begin: tail.getUint32(end + 16, true),
  };
  if (found.count !== 0xffff && found.size !== 0xffffffff && found.begin !== 0xffffffff) return found;
  if (end < 20 || tail.getUint32(end - 20, true) !== END64_LOCATOR) throw damaged('no zip64 end record');
  const at = exact(tail, end - 12);
  if (at + 56 > source.size) throw damaged('no zip64 end record');
  const record = viewOf(await source.read(at, at + 56));
  if (record.getUint32(0, true) !== END64) throw damaged('no zip64 end record');
  return { count: exact(record, 32), size: exact(record, 40), begin: exact(record, 48) };
}

const isEnd = (tail: DataView, at: number): boolean =>
  tail.getUint32(at, true) === END && at + END_BYTES + tail.getUint16(at + 20, true) === tail.byteLength;

/** Size and offset of an entry, from a zip64 extra field if they exceed 32 bits. */
function sizesOf(view: DataView, at: number, extra: Uint8Array) {
  const field = zip64Field(extra);
  let next = 0;
  const wide = (offset: number): number => {
    const value = view.getUint32(at + offset, true);
    if (value !== 0xffffffff || !field || next + 8 > field.byteLength) return value;
    next += 8;
    return exact(field, next - 8);
  };
  const bytes = wide(24);
  const stored = wide(20);
  return { bytes, stored, local: wide(42) };
}

function zip64Field(extra: Uint8Array): DataView | null {
  const view = viewOf(extra);
  for (let at = 0; at + 4 <= extra.length; ) {
    const length = view.getUint16(at + 2, true);
    if (view.getUint16(at, true) === 1)
      return viewOf(extra.subarray(at + 4, Math.min(extra.length, at + 4 + length)));
    at += 4 + length;
  }
  return null;
}

/** A 64-bit integer; an inexact one exceeds any file and is refused as out of range. */
const exact = (view: DataView, at: number): number => Number(view.getBigUint64(at, true));

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const bytesOf = (view: DataView, at: number, length: number): Uint8Array =>
  new Uint8Array(view.buffer, view.byteOffset + at, length);

/** Files read in parts: from a Blob, a disk, the network, or a copy on this device. */
import { Sha256 } from '../util/sha256';
import { named } from '../util/parse';

export interface ByteSource {
  /** For messages. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Bytes [begin, end); for headers and other small reads. */
  read(begin: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
  /** All bytes from `begin` on, in order, in pieces of any size. */
  stream(begin: number, signal?: AbortSignal): AsyncIterable<Uint8Array<ArrayBuffer>>;
  /** Bytes already on this device; absent for local files. */
  readonly present?: number;
  /**
   * Called with the SHA-256 of the whole file once it has been streamed from 0. On a mismatch it
   * deletes the copy on this device and throws DamagedFileError.
   */
  settle?(sha256: string): Promise<void>;
}

/**
 * Called after a failure: a malformed file may just be a damaged copy. Reads a complete copy again
 * and throws DamagedFileError if it differs from what was fetched.
 */
export async function refuseDamagedCopy(source: ByteSource, signal?: AbortSignal): Promise<void> {
  if (!source.settle || source.present !== source.size) return;
  const hash = new Sha256();
  for await (const piece of source.stream(0, signal)) hash.update(piece);
  await source.settle(hash.digest());
}

/** The bytes differ from what was stored, or from what the server announced. */
export class DamagedFileError extends Error {
  override readonly name = 'DamagedFileError';
  /** `isCopy`: a damaged copy on this device was deleted, so the file can be fetched again. */
  constructor(
    message: string,
    readonly isCopy: boolean,
  ) {
    super(message);
  }
}

/** Bytes per read of a Blob, a file on disk or a copy. */
export const PIECE = 4 * 2 ** 20;

/** All pieces in one array of `length` bytes. */
export async function joined(
  pieces: AsyncIterable<Uint8Array>,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const out = new Uint8Array(length);
  let at = 0;
  for await (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}

/** A file chosen by the user, or bytes in memory. */
export function blobSource(name: string, blob: Blob): ByteSource {
  const read = async (begin: number, end: number) =>
    new Uint8Array(await blob.slice(begin, end).arrayBuffer());
  return {
    name: named(name),
    size: blob.size,
    read,
    async *stream(begin, signal) {
      for (let at = begin; at < blob.size; at += PIECE) {
        signal?.throwIfAborted();
        yield await read(at, Math.min(blob.size, at + PIECE));
      }
    },
  };
}

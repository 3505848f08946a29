/** Files that are read in parts: from a Blob, a disk, the network, or a copy kept on this device. */
import { Sha256 } from '../util/sha256';
import { named } from '../util/parse';

export interface ByteSource {
  /** File name, for messages. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Bytes [begin, end); for headers and other small reads. */
  read(begin: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Everything from `begin` to the end, in order, in pieces of any size. */
  stream(begin: number, signal?: AbortSignal): AsyncIterable<Uint8Array<ArrayBuffer>>;
  /** Bytes that are on this device already; absent for files that always are. */
  readonly present?: number;
  /**
   * Told the SHA-256 of the whole once it has been streamed from 0. Throws DamagedFileError if it is not what it has
   * to be; a copy on this device is then deleted.
   */
  settle?(sha256: string): Promise<void>;
}

/**
 * After a failure: a file that makes no sense may only have a damaged copy on this device. Reads a whole copy once more
 * and throws DamagedFileError, which says so, if it is not what was fetched.
 */
export async function refuseDamagedCopy(source: ByteSource, signal?: AbortSignal): Promise<void> {
  if (!source.settle || source.present !== source.size) return;
  const hash = new Sha256();
  for await (const piece of source.stream(0, signal)) hash.update(piece);
  await source.settle(hash.digest());
}

/** The bytes are not those that they were, or that the server announced. */
export class DamagedFileError extends Error {
  override readonly name = 'DamagedFileError';
  /** `isCopy`: a copy on this device was at fault and is gone, so that the file can be fetched again. */
  constructor(
    message: string,
    readonly isCopy: boolean,
  ) {
    super(message);
  }
}

/** Bytes of one read of a Blob. */
const PIECE = 4 * 2 ** 20;

/** A file that the user has chosen, or bytes in memory. */
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

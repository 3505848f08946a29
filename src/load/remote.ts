/**
 * A web server's file with a copy on this device. What the copy has is read from it; the rest is
 * fetched and appended, so a download resumes where it stopped and a complete copy needs no
 * network.
 */
import { Sha256 } from '../util/sha256';
import { type ByteSource, DamagedFileError, PIECE } from './bytes';
import type { Copy, FileCache } from './cache';
import { UnreachableError } from './fetching';
import {
  fetchPart,
  fetchPieces,
  fetchWhole,
  type HttpFile,
  pointerHash,
  probe,
  type RemoteInfo,
} from './http';
import { isCommit } from './source';

/** How the list of copies describes a file. */
export interface FileLabel {
  readonly model: string;
  readonly file: string;
  readonly revision: string;
}

/** Opens a large file; null if the server does not have it. With `cache` null nothing is kept. */
export async function openRemote(
  url: string,
  label: FileLabel,
  cache: FileCache | null,
  options: Pick<HttpFile, 'server' | 'signal'>,
): Promise<ByteSource | null> {
  const file = { url, name: label.file, ...options };
  let copy = (await cache?.find(url)) ?? null;
  let info: RemoteInfo | null;
  try {
    info = await probe(file);
  } catch (error) {
    if (!(error instanceof UnreachableError) || copy?.sha256 == null) throw error;
    info = { size: copy.size, etag: copy.etag, commit: null };
  }
  if (info === null) return null;
  if (cache && copy && !isCopyOf(copy, info)) {
    await cache.delete(copy.key);
    copy = null;
  }
  return new RemoteFile(file, label, info, cache, copy);
}

/** A small file and its metadata. */
export interface SmallFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly commit: string | null;
  /** Whether it was read from this device. */
  readonly isCopy: boolean;
}

/**
 * A small file, read whole: from its copy if the server is unreachable or a commit is requested,
 * since commits never change; otherwise from the server. Null if it does not exist.
 */
export async function readRemote(
  url: string,
  label: FileLabel,
  cache: FileCache | null,
  options: Pick<HttpFile, 'server' | 'signal'>,
): Promise<SmallFile | null> {
  if (cache && isCommit(label.revision)) {
    const bytes = await wholeCopy(cache, url);
    if (bytes) return { bytes, commit: label.revision, isCopy: true };
  }
  try {
    const found = await fetchWhole({ url, name: label.file, ...options });
    if (found === null) return null;
    const { bytes, info } = found;
    if (cache && (await cache.hasRoomFor(bytes.length))) {
      // If the copy cannot be written it is missing; its record says so until complete.
      await cache.keep(recordOf(url, label, info), bytes).catch(() => undefined);
    }
    return { bytes, commit: info.commit, isCopy: false };
  } catch (error) {
    const copy = error instanceof UnreachableError ? await cache?.find(url) : null;
    const bytes = cache && copy ? await wholeCopy(cache, url) : null;
    if (!copy || !bytes) throw error;
    return { bytes, commit: isCommit(copy.revision) ? copy.revision : null, isCopy: true };
  }
}

/** The copy of a small file if complete and intact; otherwise null, and the copy is deleted. */
async function wholeCopy(cache: FileCache, url: string): Promise<Uint8Array<ArrayBuffer> | null> {
  const copy = await cache.find(url);
  if (copy?.sha256 == null) return null;
  const bytes = await cache.bytes(copy.key, 0, copy.size);
  if (new Sha256().update(bytes).digest() === copy.sha256) return bytes;
  await cache.delete(copy.key);
  return null;
}

/** What the record of a copy says before it is complete. */
const recordOf = (url: string, label: FileLabel, { etag, commit, size }: RemoteInfo) => ({
  url,
  ...label,
  revision: commit ?? label.revision,
  etag,
  size,
});

/** A partial copy resumes only if the server's file is unchanged; a complete one has its hash. */
function isCopyOf(copy: Copy, { size, etag }: RemoteInfo): boolean {
  if (copy.size !== size || copy.present > size) return false;
  const isUntold = etag === null || copy.etag === null;
  return isUntold ? copy.sha256 !== null : copy.etag === etag;
}

class RemoteFile implements ByteSource {
  readonly name: string;
  readonly size: number;

  constructor(
    private readonly file: HttpFile,
    private readonly label: FileLabel,
    private readonly info: RemoteInfo,
    private readonly cache: FileCache | null,
    private copy: Copy | null,
  ) {
    this.name = file.name;
    this.size = info.size;
  }

  get present(): number {
    return this.copy?.present ?? 0;
  }

  async read(begin: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
    const { cache, copy } = this;
    if (cache && copy && end <= copy.present) return cache.bytes(copy.key, begin, end);
    return fetchPart(this.file, { ...this.info, begin, end });
  }

  async *stream(begin: number, signal?: AbortSignal): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const { cache } = this;
    let at = begin;
    const copied = this.present;
    for (; cache && this.copy && at < copied; ) {
      signal?.throwIfAborted();
      const piece = await cache.bytes(this.copy.key, at, Math.min(copied, at + PIECE));
      at += piece.length;
      yield piece;
    }
    if (at >= this.size) return;
    const span = { ...this.info, begin: at, end: this.size };
    const rest = fetchPieces({ ...this.file, signal }, span);
    // A copy has no holes, so only what follows its end can be added.
    const keeps = cache && at === copied && (await cache.hasRoomFor(this.size - at)) ? cache : null;
    if (keeps) yield* this.keeping(keeps, at, rest);
    else yield* rest;
  }

  async settle(sha256: string): Promise<void> {
    const { cache, copy, name } = this;
    const known = copy?.sha256 ?? (await pointerHash(this.file));
    if (known !== null && known !== sha256) {
      if (cache && copy) await cache.delete(copy.key);
      const wasWhole = copy?.sha256 != null;
      throw new DamagedFileError(
        wasWhole
          ? `${name}: the copy on this device is damaged, got SHA-256 ${sha256.slice(0, 12)}…, expected ${known.slice(0, 12)}…. It is deleted; open the model again.`
          : `${name}: the download is not the file that ${new URL(this.file.url).host} announced, got SHA-256 ${sha256.slice(0, 12)}…, expected ${known.slice(0, 12)}…. It was not kept; try again.`,
        wasWhole,
      );
    }
    if (cache && copy && copy.present === copy.size && copy.sha256 === null) {
      await cache.finish(copy, sha256);
      this.copy = { ...copy, sha256 };
    }
  }

  /**
   * Yields the rest of the file and appends it to the copy, which is always closed. If the copy
   * cannot be written (no room after all, or open in another tab), still yields the file.
   */
  private async *keeping(
    cache: FileCache,
    from: number,
    rest: AsyncIterable<Uint8Array<ArrayBuffer>>,
  ): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const { url } = this.file;
    let writer = await cache.begin(recordOf(url, this.label, this.info)).catch(() => null);
    let at = from;
    try {
      for await (const piece of rest) {
        const isWritten = await writer?.write(at, piece).then(
          () => true,
          () => false,
        );
        if (writer && !isWritten) {
          await writer.close().catch(() => undefined);
          writer = null;
        }
        at += piece.length;
        yield piece;
      }
    } finally {
      await writer?.close().catch(() => undefined);
      this.copy = await cache.find(url).catch(() => null);
    }
  }
}

/**
 * Copies of remote files on this device. A copy is two files in the store: the bytes, possibly only
 * the first part of a download, and a record of their origin. A copy is keyed by address and
 * belongs to one ETag. A complete copy has a SHA-256, which is checked on every read.
 */
import { z } from 'zod';
import { parseJson, parseWith } from '../util/parse';
import { Sha256, sha256OfText } from '../util/sha256';
import { type FileStore, rewrite, type StoreWriter } from './store';

const record = z.object({
  url: z.string(),
  /** The hub's model id and the file within it, for the list that people see. */
  model: z.string(),
  file: z.string(),
  /** The commit if the server reports it, else the requested revision. */
  revision: z.string(),
  etag: z.string().nullable(),
  size: z.number().int().nonnegative(),
  /** Null until the download is complete. */
  sha256: z.string().nullable(),
});

export type CopyRecord = z.infer<typeof record>;

export interface Copy extends CopyRecord {
  readonly key: string;
  /** Bytes stored so far. */
  readonly present: number;
}

/** Bytes to leave free beside a copy. */
const MARGIN = 2 ** 24;

export class FileCache {
  constructor(private readonly store: FileStore) {}

  /** The copy of an address, complete or not; null if there is none or its record is unreadable. */
  async find(url: string): Promise<Copy | null> {
    return this.read(keyOf(url));
  }

  /** Starts or resumes a copy. The caller writes the bytes from `present` on. */
  async begin(about: Omit<CopyRecord, 'sha256'>): Promise<StoreWriter> {
    const key = keyOf(about.url);
    await this.writeRecord(key, { ...about, sha256: null });
    return this.store.writer(`${key}.bytes`);
  }

  /** Marks the copy complete; later reads are checked against this hash. */
  async finish(copy: Omit<CopyRecord, 'sha256'>, sha256: string): Promise<void> {
    await this.writeRecord(keyOf(copy.url), { ...copy, sha256 });
  }

  /** Stores a whole file. */
  async keep(about: Omit<CopyRecord, 'sha256'>, bytes: Uint8Array): Promise<void> {
    await rewrite(await this.begin(about), bytes);
    await this.finish(about, new Sha256().update(bytes).digest());
  }

  bytes(key: string, begin: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
    return this.store.read(`${key}.bytes`, begin, end);
  }

  async list(): Promise<Copy[]> {
    const names = await this.store.names();
    const keys = names.flatMap((name) => (name.endsWith('.json') ? [name.slice(0, -'.json'.length)] : []));
    const copies = await Promise.all(keys.map((key) => this.read(key)));
    return copies.filter((copy) => copy !== null);
  }

  async delete(key: string): Promise<void> {
    for (const name of await this.store.names()) {
      if (name === `${key}.bytes` || name === `${key}.json`) await this.store.remove(name);
    }
  }

  space(): ReturnType<FileStore['space']> {
    return this.store.space();
  }

  /** Whether this many more bytes fit. */
  async hasRoomFor(bytes: number): Promise<boolean> {
    const { usage, quota } = await this.store.space();
    return quota === null || (usage ?? 0) + bytes + MARGIN <= quota;
  }

  private async read(key: string): Promise<Copy | null> {
    const name = `${key}.json`;
    const size = await this.store.size(name);
    const present = await this.store.size(`${key}.bytes`);
    if (size === null || present === null) return null;
    try {
      const text = new TextDecoder().decode(await this.store.read(name, 0, size));
      return { ...parseWith(record, parseJson(text, name), name), key, present };
    } catch {
      // A record cut off mid-write counts as no copy.
      return null;
    }
  }

  private async writeRecord(key: string, about: CopyRecord): Promise<void> {
    const writer = await this.store.writer(`${key}.json`);
    await rewrite(writer, new TextEncoder().encode(JSON.stringify(about)));
  }
}

const keyOf = (url: string): string => sha256OfText(url).slice(0, 40);

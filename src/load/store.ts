/**
 * Where copies of files are kept: a flat folder of named files. The browser's is OPFS (`opfsStore.ts`), Node's a folder
 * on disk (`diskStore.ts`); `cache.ts` knows what the names mean.
 */

export interface StoreWriter {
  /** Writes at byte `at`, growing the file. */
  write(at: number, bytes: Uint8Array): Promise<void>;
  truncate(size: number): Promise<void>;
  /** What was written is safe afterwards. */
  close(): Promise<void>;
}

export interface FileStore {
  names(): Promise<string[]>;
  /** Bytes of a file; null if there is none. */
  size(name: string): Promise<number | null>;
  read(name: string, begin: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
  /** One writer at a time; what is in the file stays. */
  writer(name: string): Promise<StoreWriter>;
  remove(name: string): Promise<void>;
  /** Bytes used and allowed; null where nobody tells. */
  space(): Promise<{ readonly usage: number | null; readonly quota: number | null }>;
}

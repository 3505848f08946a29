/**
 * Storage for copies of files: a flat folder of named files. In browsers it is OPFS
 * (`opfsStore.ts`), in Node a folder on disk (`diskStore.ts`); `cache.ts` defines the names.
 */

export interface StoreWriter {
  /** Writes at byte `at`, growing the file. */
  write(at: number, bytes: Uint8Array): Promise<void>;
  truncate(size: number): Promise<void>;
  /** Makes everything written durable. */
  close(): Promise<void>;
}

export interface FileStore {
  names(): Promise<string[]>;
  /** Bytes of a file; null if there is none. */
  size(name: string): Promise<number | null>;
  read(name: string, begin: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Opens a file for writing and keeps its contents; one writer at a time. */
  writer(name: string): Promise<StoreWriter>;
  remove(name: string): Promise<void>;
  /** Bytes used and allowed; null if not reported. */
  space(): Promise<{ readonly usage: number | null; readonly quota: number | null }>;
}

/** Replaces what a file holds, and closes it. */
export async function rewrite(writer: StoreWriter, bytes: Uint8Array): Promise<void> {
  try {
    await writer.truncate(0);
    await writer.write(0, bytes);
  } finally {
    await writer.close();
  }
}

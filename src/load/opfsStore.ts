/**
 * Files in the browser's origin-private file system. Requires a worker: only there can a file be
 * written in place.
 */
import type { FileStore } from './store';

/** Available in workers but missing from TypeScript's types for pages. */
interface SyncAccess {
  write(bytes: Uint8Array, options: { readonly at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}
type WorkerFileHandle = FileSystemFileHandle & { createSyncAccessHandle(): Promise<SyncAccess> };

/**
 * The files of one folder. Null if the browser has no such file system or denies it to this page.
 */
export async function opfsStore(folder: 'loci-models' | 'loci-studies'): Promise<FileStore | null> {
  if (
    typeof FileSystemFileHandle === 'undefined' ||
    !('createSyncAccessHandle' in FileSystemFileHandle.prototype)
  )
    return null;
  try {
    const root = await navigator.storage.getDirectory();
    return storeIn(await root.getDirectoryHandle(folder, { create: true }));
  } catch {
    // Private windows and blocked storage: models are fetched again each time.
    return null;
  }
}

function storeIn(folder: FileSystemDirectoryHandle): FileStore {
  const find = async (name: string): Promise<FileSystemFileHandle | null> =>
    folder.getFileHandle(name).catch((error: unknown) => {
      if (error instanceof DOMException && error.name === 'NotFoundError') return null;
      throw error;
    });
  return {
    async names() {
      const names: string[] = [];
      for await (const name of folder.keys()) names.push(name);
      return names;
    },
    size: async (name) => (await (await find(name))?.getFile())?.size ?? null,
    async read(name, begin, end) {
      const file = await (await folder.getFileHandle(name)).getFile();
      return new Uint8Array(await file.slice(begin, end).arrayBuffer());
    },
    async writer(name) {
      const handle = (await folder.getFileHandle(name, { create: true })) as WorkerFileHandle;
      const access = await handle.createSyncAccessHandle();
      return {
        write: async (at, bytes) => {
          const written = access.write(bytes, { at });
          if (written !== bytes.length)
            throw new Error(
              `${name}: could not be kept, got ${written} bytes written, expected ${bytes.length}. Free some space.`,
            );
        },
        truncate: async (size) => access.truncate(size),
        close: async () => {
          access.flush();
          access.close();
        },
      };
    },
    remove: async (name) => folder.removeEntry(name),
    async space() {
      const { usage = null, quota = null } = await navigator.storage.estimate();
      return { usage, quota };
    },
  };
}

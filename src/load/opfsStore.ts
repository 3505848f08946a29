/** Files kept in the browser's origin-private file system. Needs a worker: only there can a file be written in place. */
import type { FileStore } from './store';

/** What workers have beside TypeScript's types of the page. */
interface SyncAccess {
  write(bytes: Uint8Array, options: { readonly at: number }): number;
  truncate(size: number): void;
  flush(): void;
  close(): void;
}
type WorkerFileHandle = FileSystemFileHandle & { createSyncAccessHandle(): Promise<SyncAccess> };

/** The files of one folder. Null where the browser has no such file system, or does not let this page use it. */
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
    // Private windows and blocked storage: models are then fetched anew each time.
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

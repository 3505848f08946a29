/** A file store in memory, for tests. */
import type { FileStore } from '../store';

export function memoryStore(quota: number | null = null): FileStore & { files: Map<string, Uint8Array> } {
  const files = new Map<string, Uint8Array>();
  return {
    files,
    names: async () => [...files.keys()],
    size: async (name) => files.get(name)?.length ?? null,
    read: async (name, begin, end) => new Uint8Array(files.get(name)!.subarray(begin, end)),
    remove: async (name) => void files.delete(name),
    space: async () => ({ usage: [...files.values()].reduce((sum, file) => sum + file.length, 0), quota }),
    writer: async (name) => {
      if (!files.has(name)) files.set(name, new Uint8Array());
      return {
        async write(at, bytes) {
          const old = files.get(name)!;
          const grown = new Uint8Array(Math.max(old.length, at + bytes.length));
          grown.set(old);
          grown.set(bytes, at);
          files.set(name, grown);
        },
        truncate: async (size) => void files.set(name, files.get(name)!.slice(0, size)),
        close: async () => undefined,
      };
    },
  };
}

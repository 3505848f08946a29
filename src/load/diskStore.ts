/** Files kept in a folder on disk, for Node. */
import { mkdir, open, readdir, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileStore } from './store';

/** Creates the folder on the first write. */
export function diskStore(folder: string): FileStore {
  const at = (name: string) => join(folder, name);
  return {
    names: () => readdir(folder).catch(() => []),
    size: async (name) => (await stat(at(name)).catch(() => null))?.size ?? null,
    async read(name, begin, end) {
      const file = await open(at(name), 'r');
      try {
        const bytes = new Uint8Array(end - begin);
        const { bytesRead } = await file.read(bytes, 0, bytes.length, begin);
        return bytes.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    },
    async writer(name) {
      await mkdir(folder, { recursive: true });
      const file = await open(at(name), 'a').then(async (made) => {
        await made.close();
        return open(at(name), 'r+');
      });
      return {
        write: async (position, bytes) => void (await file.write(bytes, 0, bytes.length, position)),
        truncate: (size) => file.truncate(size),
        close: () => file.close(),
      };
    },
    remove: (name) => rm(at(name), { force: true }),
    async space() {
      const names = await readdir(folder).catch(() => []);
      const sizes = await Promise.all(names.map(async (name) => (await stat(at(name))).size));
      const usage = sizes.reduce((sum, size) => sum + size, 0);
      const disk = await statfs(folder).catch(() => null);
      return { usage, quota: disk ? usage + disk.bavail * disk.bsize : null };
    },
  };
}

/** A model folder on disk, for Node. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelFolder } from './folder';

/** The folder at `path`. A missing file is null; an unreadable one throws a sentence naming it. */
export function diskFolder(path: string): ModelFolder {
  return {
    where: path,
    async readFile(name, options = {}) {
      try {
        const bytes = await readFile(join(path, name), { signal: options.signal });
        options.onProgress?.(bytes.length, bytes.length);
        return new Blob([bytes]);
      } catch (error) {
        options.signal?.throwIfAborted();
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
        throw new Error(`${name}: cannot be read from ${path} (${(error as Error).message}).`);
      }
    },
  };
}

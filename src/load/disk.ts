/** A model folder or a single GGUF file on disk, for Node. */
import { open, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type ByteSource, joined, PIECE } from './bytes';
import { type ModelFolder, refuseLarge } from './folder';
import { named } from '../util/parse';

/** The model at `path`. A missing file is null; an unreadable one throws an Error naming it. */
export function diskFolder(path: string): ModelFolder {
  const gguf = path.endsWith('.gguf') ? basename(path) : undefined;
  const folder = gguf === undefined ? path : dirname(path);
  // Follows links (for the Hugging Face cache), but only to files: a device may never end.
  const reading = async <T>(name: string, action: (file: string, size: number) => Promise<T>) => {
    try {
      const file = join(folder, name);
      const info = await stat(file);
      if (!info.isFile()) throw new Error('it is not a regular file');
      return await action(file, info.size);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw new Error(
        `${named(name)}: cannot be read from ${named(folder)} (${named((error as Error).message)}).`,
      );
    }
  };
  return {
    where: path,
    ...(gguf === undefined ? {} : { gguf }),
    readFile: (name) =>
      reading(name, async (file, size) => {
        refuseLarge(name, size);
        return new Blob([await readFile(file)]);
      }),
    openFile: (name) => reading(name, async (file, size) => diskSource(file, size)),
  };
}

function diskSource(path: string, size: number): ByteSource {
  async function* stream(begin: number, end: number, signal?: AbortSignal) {
    const file = await open(path, 'r');
    try {
      for (let at = begin; at < end; ) {
        signal?.throwIfAborted();
        const bytes = new Uint8Array(Math.min(PIECE, end - at));
        const { bytesRead } = await file.read(bytes, 0, bytes.length, at);
        if (bytesRead === 0)
          throw new Error(`${named(basename(path))}: ends early, got ${at} bytes, expected ${size}.`);
        at += bytesRead;
        yield bytes.subarray(0, bytesRead);
      }
    } finally {
      await file.close();
    }
  }
  return {
    name: named(basename(path)),
    size,
    stream: (begin, signal) => stream(begin, size, signal),
    read: (begin, end) => joined(stream(begin, end), end - begin),
  };
}

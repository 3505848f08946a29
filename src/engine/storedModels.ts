/** Files of hub models on this device, in the form that the page lists. */
import type { FileCache } from '../load/cache';
import type { Storage } from './api';

export async function storedModels(cache: FileCache | null): Promise<Storage> {
  if (!cache) return { files: [], usage: null, quota: null };
  const [files, space] = await Promise.all([cache.list(), cache.space()]);
  return {
    files: files.map(({ key, model, file, revision, size, present }) => ({
      key,
      model,
      file,
      revision,
      bytes: size,
      present,
    })),
    ...space,
  };
}

/** The folder of a model by where it comes from. */
import { quoted } from '../util/parse';
import type { FileCache } from './cache';
import { fetchFolder, fileFolder, hubFolder, type ModelFolder } from './folder';
import type { ModelSource } from './source';

export interface FolderOptions {
  /** Address of the app, with 'models/{id}/'; required for a model that ships with it. */
  readonly appUrl?: string;
  /** Where to keep copies of hub files; null or absent for nowhere. */
  readonly cache?: FileCache | null;
}

/** Throws one sentence if the source is no valid one. */
export function folderOf(source: ModelSource, { appUrl, cache = null }: FolderOptions): ModelFolder {
  switch (source.kind) {
    case 'builtin':
      if (appUrl === undefined)
        throw new Error(`internal: builtin model '${source.id}' without the app's address`);
      if (!/^[\w-]+$/.test(source.id))
        throw new Error(`model: not a builtin one, got ${quoted(source.id)}, expected a name like 'atlas'.`);
      return fetchFolder(new URL(`models/${source.id}/`, appUrl).href);
    case 'hub':
      return hubFolder(source.id, { ...source, cache });
    case 'files':
      return fileFolder(source.files);
  }
}

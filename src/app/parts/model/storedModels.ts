/** Stored files as models: each GGUF file is one, the other files of a repository are one. */
import type { StoredFile } from '../../../engine/api';

export interface StoredModel {
  readonly title: string;
  /** To look up: the hub id, and the GGUF file in it. */
  readonly id: string;
  readonly file: string | null;
  /** Bytes present, and in total. */
  readonly present: number;
  readonly bytes: number;
  readonly keys: readonly string[];
}

export function storedModels(files: readonly StoredFile[]): StoredModel[] {
  const models = new Map<string, StoredModel>();
  for (const { key, model: id, file: name, bytes, present } of files) {
    const file = name.endsWith('.gguf') ? name : null;
    const title = file === null ? id : `${id}/${file}`;
    const before = models.get(title) ?? { title, id, file, present: 0, bytes: 0, keys: [] };
    models.set(title, {
      ...before,
      present: before.present + present,
      bytes: before.bytes + bytes,
      keys: [...before.keys, key],
    });
  }
  return [...models.values()].sort((a, b) => a.title.localeCompare(b.title));
}

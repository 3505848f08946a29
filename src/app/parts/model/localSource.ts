/** Chosen or dropped files as a model. */
import type { ModelSource } from '../../../engine/api';

/** Null if there are no files. Of a picked folder only the files right in it count, not those of folders inside. */
export function sourceOfFiles(chosen: readonly File[]): ModelSource | null {
  // A sentence encoder's folder has a second config.json, in '1_Pooling/'.
  const list = chosen.filter(({ webkitRelativePath: path = '' }) => path.split('/').length <= 2);
  const [first] = list;
  if (!first) return null;
  const folder = first.webkitRelativePath?.split('/')[0];
  const weights = list.find((file) => /\.(gguf|safetensors|bin)$/.test(file.name));
  const title = folder || (weights ?? first).name;
  return { kind: 'files', title, files: new Map<string, Blob>(list.map((file) => [file.name, file])) };
}

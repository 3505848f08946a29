/** A model from chosen or dropped files. */
import type { ModelSource } from '../../../engine/api';

/** A file that is a lens and not a model: a model's weights come with their config.json. */
export function lensFileOf(files: readonly File[]): File | null {
  const [only, another] = files;
  return only && !another && /\.(pt|safetensors)$/.test(only.name) ? only : null;
}

/** Null without files. A picked folder counts without its subfolders. */
export function sourceOfFiles(chosen: readonly File[]): ModelSource | null {
  // Sentence encoders have a second config.json in '1_Pooling/'.
  const list = chosen.filter(({ webkitRelativePath: path = '' }) => path.split('/').length <= 2);
  const [first] = list;
  if (!first) return null;
  const folder = first.webkitRelativePath?.split('/')[0];
  const weights = list.find((file) => /\.(gguf|safetensors|bin|onnx)$/.test(file.name));
  const title = folder || (weights ?? first).name;
  return { kind: 'files', title, files: new Map<string, Blob>(list.map((file) => [file.name, file])) };
}

/** The float32 tensors of a file of torch.save, also of one state dict inside a checkpoint. */
import { blobSource } from '../../load/bytes';
import { openPickled } from '../../load/pickle';
import { Dict, readPickle } from '../../load/pickle/pickle';
import { type Storage, tensorRules, tensorsOf } from '../../load/pickle/tensors';
import { readZip } from '../../load/pickle/zip';
import type { TensorFile } from '../../load/stored';

export interface State {
  tensor(name: string): { readonly data: Float32Array; readonly shape: readonly number[] };
}

/** `part`: the key of the state dict inside the checkpoint, if it is not the file itself. */
export async function readState(blob: Blob, where: string, part?: string): Promise<State> {
  const source = blobSource(where, blob);
  const file = part === undefined ? await openPickled(source, where) : await partOf(source, where, part);
  const bytes = await source.read(0, source.size);
  return {
    tensor(name) {
      const found = file.tensors.find((tensor) => tensor.name === name);
      if (found?.dtype !== 'F32' || found.strides)
        throw new Error(`${where}: no plain float32 tensor '${name}'.`);
      return { data: new Float32Array(bytes.slice(found.begin, found.end).buffer), shape: found.shape };
    },
  };
}

async function partOf(
  source: ReturnType<typeof blobSource>,
  where: string,
  part: string,
): Promise<TensorFile> {
  const entries = await readZip(source, where);
  const entry = (suffix: string) => {
    const found = entries.find(({ name }) => name.endsWith(suffix));
    if (!found) throw new Error(`${where}: no entry '${suffix}'.`);
    return found;
  };
  const { begin, end } = entry('/data.pkl');
  const storages = new Map<string, Storage>();
  const { value } = readPickle(await source.read(begin, end), tensorRules(where, storages));
  const inner = value instanceof Dict ? value.entries.get(part) : undefined;
  return { source, tensors: tensorsOf(inner, ({ key }) => entry(`/data/${key}`).begin, where) };
}

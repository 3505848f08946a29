/** The float32 tensors of a file of torch.save, also of one state dict inside a checkpoint. */
import { blobSource } from '../../load/bytes';
import { openPickledValue } from '../../load/pickle';
import { Dict } from '../../load/pickle/pickle';

export interface State {
  tensor(name: string): { readonly data: Float32Array; readonly shape: readonly number[] };
}

/** `part`: the key of the state dict inside the checkpoint, if it is not the file itself. */
export async function readState(blob: Blob, where: string, part?: string): Promise<State> {
  const source = blobSource(where, blob);
  const { value, tensor } = await openPickledValue(source, where);
  const entry = (dict: unknown, name: string): unknown =>
    dict instanceof Dict ? dict.entries.get(name) : null;
  const state = part === undefined ? value : entry(value, part);
  const bytes = await source.read(0, source.size);
  return {
    tensor(name) {
      const found = tensor(name, entry(state, name));
      if (found?.dtype !== 'F32' || found.strides)
        throw new Error(`${where}: no plain float32 tensor '${name}'.`);
      return { data: new Float32Array(bytes.slice(found.begin, found.end).buffer), shape: found.shape };
    },
  };
}

/**
 * This repository's checkpoints with single weights overwritten, for tests of NaN and infinity, in
 * Node and in a browser.
 */
import { blobSource } from '../../load/bytes';
import type { ModelFolder } from '../../load/folder';
import { openTensorFile } from '../../load/safetensors';
import type { ReadFile } from '../../forward/testing';

/** Sets the weights [begin, end) of a tensor, in file order, to `value`. */
export interface Damage {
  readonly tensor: string;
  readonly begin?: number;
  readonly end?: number;
  readonly value: number;
}

const CODES: Readonly<Record<string, readonly [nan: number, infinity: number]>> = {
  F32: [0x7fc00000, 0x7f800000],
  F16: [0x7e00, 0x7c00],
  BF16: [0x7fc0, 0x7f80],
};

/** Tests supply token ids, so a checkpoint without a tokenizer gets an empty one. */
const TOKENIZER = { model: { type: 'BPE', vocab: { a: 0 }, merges: [] }, decoder: { type: 'ByteLevel' } };

/** `path` is a folder with config.json and model.safetensors. */
export function brokenFolder(path: string, read: ReadFile, damages: readonly Damage[]): ModelFolder {
  return {
    where: path,
    readFile: async (name) => {
      if (name === 'config.json') return new Blob([await read(`${path}/${name}`)]);
      return name === 'tokenizer.json' ? new Blob([JSON.stringify(TOKENIZER)]) : null;
    },
    openFile: async (name) => {
      if (name !== 'model.safetensors') return null;
      const bytes = await read(`${path}/${name}`);
      const { tensors } = await openTensorFile(blobSource(name, new Blob([bytes])), path);
      for (const { tensor: wanted, begin = 0, end = begin + 1, value } of damages) {
        const { dtype, begin: from } = tensors.find((tensor) => tensor.name === wanted)!;
        const [nan, infinity] = CODES[dtype]!;
        const code = Number.isNaN(value) ? nan : infinity;
        const view = new DataView(bytes);
        for (let i = begin; i < end; i++) {
          if (dtype === 'F32') view.setUint32(from + 4 * i, code, true);
          else view.setUint16(from + 2 * i, code, true);
        }
      }
      return blobSource(name, new Blob([bytes]));
    },
  };
}

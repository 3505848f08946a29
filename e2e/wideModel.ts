/** Checkpoints too large for an adapter: real headers, with weights that exist only as a size. */
import { readFile } from 'node:fs/promises';
import type { VirtualFile } from './hubServer';

const ATLAS = 'public/models/atlas';

/** Files of a one-layer GPT-2, `width` wide, with Atlas's tokenizer. `width`: a multiple of 64. */
export async function wideModel(width: number): Promise<Record<string, VirtualFile>> {
  const atlas = JSON.parse(await readFile(`${ATLAS}/config.json`, 'utf8')) as Record<string, number>;
  const config = { ...atlas, n_embd: width, n_head: width / 64, n_layer: 1 };
  const weights = safetensors({
    'wte.weight': [atlas.vocab_size!, width],
    'wpe.weight': [atlas.n_positions!, width],
    'h.0.ln_1.weight': [width],
    'h.0.ln_1.bias': [width],
    'h.0.attn.c_attn.weight': [width, 3 * width],
    'h.0.attn.c_attn.bias': [3 * width],
    'h.0.attn.c_proj.weight': [width, width],
    'h.0.attn.c_proj.bias': [width],
    'h.0.ln_2.weight': [width],
    'h.0.ln_2.bias': [width],
    'h.0.mlp.c_fc.weight': [width, 4 * width],
    'h.0.mlp.c_fc.bias': [4 * width],
    'h.0.mlp.c_proj.weight': [4 * width, width],
    'h.0.mlp.c_proj.bias': [width],
    'ln_f.weight': [width],
    'ln_f.bias': [width],
  });
  return {
    'config.json': whole(Buffer.from(JSON.stringify(config))),
    'tokenizer.json': whole(await readFile(`${ATLAS}/tokenizer.json`)),
    'tokenizer_config.json': whole(await readFile(`${ATLAS}/tokenizer_config.json`)),
    'model.safetensors': weights,
  };
}

export const whole = (head: Uint8Array): VirtualFile => ({ head, size: head.length });

/** A file of half floats in this order: its header, and a size for the rest. */
function safetensors(shapes: Readonly<Record<string, readonly number[]>>): VirtualFile {
  let at = 0;
  const header = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      const begin = at;
      at += 2 * shape.reduce((product, length) => product * length, 1);
      return [name, { dtype: 'F16', shape, data_offsets: [begin, at] }];
    }),
  );
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return { head: Buffer.concat([length, text]), size: 8 + text.length + at };
}

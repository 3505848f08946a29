/** A small GPT-2 for long prompts: two layers, four heads, 2,048 positions, Atlas's tokenizer. */
import { readFile } from 'node:fs/promises';
import { RandomState } from '../src/util/random';

const ATLAS = 'public/models/atlas';
const [WIDTH, POSITIONS, LAYERS] = [64, 2048, 2];

/** Its files, as a visitor chooses them. */
export async function longModel(): Promise<{ name: string; mimeType: string; buffer: Buffer }[]> {
  const atlas = JSON.parse(await readFile(`${ATLAS}/config.json`, 'utf8')) as Record<string, number>;
  const shape = { n_embd: WIDTH, n_head: 4, n_layer: LAYERS, n_positions: POSITIONS, n_ctx: POSITIONS };
  const config = { ...atlas, ...shape };
  const blocks = Array.from({ length: LAYERS }, (_, layer) => ({
    [`h.${layer}.ln_1.weight`]: [WIDTH],
    [`h.${layer}.ln_1.bias`]: [WIDTH],
    [`h.${layer}.attn.c_attn.weight`]: [WIDTH, 3 * WIDTH],
    [`h.${layer}.attn.c_attn.bias`]: [3 * WIDTH],
    [`h.${layer}.attn.c_proj.weight`]: [WIDTH, WIDTH],
    [`h.${layer}.attn.c_proj.bias`]: [WIDTH],
    [`h.${layer}.ln_2.weight`]: [WIDTH],
    [`h.${layer}.ln_2.bias`]: [WIDTH],
    [`h.${layer}.mlp.c_fc.weight`]: [WIDTH, 4 * WIDTH],
    [`h.${layer}.mlp.c_fc.bias`]: [4 * WIDTH],
    [`h.${layer}.mlp.c_proj.weight`]: [4 * WIDTH, WIDTH],
    [`h.${layer}.mlp.c_proj.bias`]: [WIDTH],
  }));
  const weights = safetensors({
    'wte.weight': [atlas.vocab_size!, WIDTH],
    'wpe.weight': [POSITIONS, WIDTH],
    ...(Object.assign({}, ...blocks) as Record<string, number[]>),
    'ln_f.weight': [WIDTH],
    'ln_f.bias': [WIDTH],
  });
  const file = (name: string, buffer: Buffer) => ({ name, mimeType: 'application/octet-stream', buffer });
  return [
    file('config.json', Buffer.from(JSON.stringify(config))),
    file('tokenizer.json', await readFile(`${ATLAS}/tokenizer.json`)),
    file('tokenizer_config.json', await readFile(`${ATLAS}/tokenizer_config.json`)),
    file('model.safetensors', weights),
  ];
}

/** Random weights; norms are the identity. */
function safetensors(shapes: Readonly<Record<string, readonly number[]>>): Buffer {
  const random = new RandomState(0);
  const parts: Buffer[] = [];
  let at = 0;
  const header = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      const count = shape.reduce((product, length) => product * length, 1);
      const isScale = /ln_.*weight$/.test(name);
      const values = Float32Array.from({ length: count }, () => (isScale ? 1 : 0.15 * random.nextNormal()));
      parts.push(Buffer.from(values.buffer));
      const begin = at;
      at += values.byteLength;
      return [name, { dtype: 'F32', shape, data_offsets: [begin, at] }];
    }),
  );
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, ...parts]);
}

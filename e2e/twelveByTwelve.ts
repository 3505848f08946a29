/** A checkpoint of a real model's shape, small enough to make in a test. The same bytes each time. */
import { readFile } from 'node:fs/promises';

const file = (name: string, buffer: Buffer) => ({ name, mimeType: 'application/octet-stream', buffer });

/** A GPT-2 with twelve layers and heads, small random weights and Atlas's tokenizer. */
export async function twelveByTwelve() {
  const [width, layers] = [48, 12];
  const atlas = JSON.parse(await readFile('public/models/atlas/config.json', 'utf8'));
  const shapes: Record<string, number[]> = {
    'wte.weight': [atlas.vocab_size, width],
    'wpe.weight': [atlas.n_positions, width],
    'ln_f.weight': [width],
    'ln_f.bias': [width],
  };
  for (let layer = 0; layer < layers; layer++) {
    const parts: Record<string, [number, number]> = {
      'attn.c_attn': [width, 3 * width],
      'attn.c_proj': [width, width],
      'mlp.c_fc': [width, 4 * width],
      'mlp.c_proj': [4 * width, width],
    };
    for (const [name, shape] of Object.entries(parts)) {
      shapes[`h.${layer}.${name}.weight`] = shape;
      shapes[`h.${layer}.${name}.bias`] = [shape[1]];
    }
    for (const norm of ['ln_1', 'ln_2'])
      for (const part of ['weight', 'bias']) shapes[`h.${layer}.${norm}.${part}`] = [width];
  }
  let [size, random] = [0, 1];
  const header: Record<string, unknown> = {};
  for (const [name, shape] of Object.entries(shapes)) {
    const begin = size;
    size += 4 * shape.reduce((a, b) => a * b, 1);
    header[name] = { dtype: 'F32', shape, data_offsets: [begin, size] };
  }
  const text = Buffer.from(JSON.stringify(header));
  const bytes = Buffer.alloc(8 + text.length + size);
  bytes.writeBigUInt64LE(BigInt(text.length));
  text.copy(bytes, 8);
  for (let at = 8 + text.length; at < bytes.length; at += 4) {
    random = (random * 48271) % 2147483647;
    bytes.writeFloatLE((random / 2147483647 - 0.5) / 2, at);
  }
  // Norms that keep the size of their input, so that prompts differ.
  for (const [name, shape] of Object.entries(shapes)) {
    const { data_offsets } = header[name] as { data_offsets: [number, number] };
    if (/ln_\w+\.weight$/.test(name))
      for (let i = 0; i < shape[0]!; i++) bytes.writeFloatLE(1, 8 + text.length + data_offsets[0] + 4 * i);
  }
  const config = { ...atlas, n_embd: width, n_head: 12, n_layer: layers, torch_dtype: 'float32' };
  return [
    file('config.json', Buffer.from(JSON.stringify(config))),
    file('model.safetensors', bytes),
    file('tokenizer.json', await readFile('public/models/atlas/tokenizer.json')),
  ];
}

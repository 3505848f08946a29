/** A model that fails when it is asked. */
import { readFile } from 'node:fs/promises';

const ATLAS = 'public/models/atlas';

/** Atlas as files, with NaN as the first weight of `tensor`. */
export async function brokenAtlas(tensor: string) {
  const names = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'loci.json', 'facts.json'];
  const files = await Promise.all(
    names.map(async (name) => ({ name, buffer: await readFile(`${ATLAS}/${name}`) })),
  );
  const weights = await readFile(`${ATLAS}/model.safetensors`);
  const length = Number(weights.readBigUInt64LE(0));
  const header = JSON.parse(weights.toString('utf8', 8, 8 + length));
  weights.writeUInt16LE(0x7e00, 8 + length + header[tensor].data_offsets[0]);
  return [...files, { name: 'model.safetensors', buffer: weights }].map((file) => ({
    ...file,
    mimeType: 'application/octet-stream',
  }));
}

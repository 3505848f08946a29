/** The trained LeNet and its held-out digits (reference/nets), for tests. Node only. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { openSafetensors } from '../../../src/load/safetensors';
import { parseWith } from '../../../src/util/parse';
import { loadNet, type Net } from '../net';
import { LENET } from '../spec';

const FOLDER = 'reference/goldens/nets';
const numbers = z.array(z.number());
const digitsFile = z.object({ images: z.array(z.string().length(64)), labels: numbers });
const layerEffects = z.object({
  layer: z.string(),
  effects: numbers,
  parents: numbers,
  total: numbers,
  relative: numbers,
  kl: numbers,
  first: numbers,
});
const effectsFile = z.object({
  label: z.number(),
  accuracy: z.object({ train: z.number(), heldOut: z.number(), images: numbers }),
  logits: numbers,
  graphs: z.record(z.enum(['ahmad', 'ahmadSoft', 'paired']), z.array(layerEffects)),
  attribution: z.record(z.enum(['conv1', 'conv2']), numbers),
});

async function json<S extends z.ZodType>(name: string, schema: S): Promise<z.output<S>> {
  return parseWith(schema, JSON.parse(await readFile(`${FOLDER}/${name}`, 'utf8')), name);
}

export async function loadTrained(): Promise<Net> {
  const file = await readFile(`${FOLDER}/lenet.safetensors`);
  const weights = await openSafetensors(new Uint8Array(file).buffer, 'lenet.safetensors');
  const tensors: Record<string, ArrayLike<number>> = {};
  for (const name of weights.tensors.keys()) tensors[name] = (await weights.tensor(name)).data;
  return loadNet(LENET, tensors);
}

/** 100 correct samples of label 3, 20 of every other. `samples` [1, 32, 32]. */
export async function loadDigits(): Promise<{ samples: Float64Array[]; labels: readonly number[] }> {
  const { images, labels } = await json('digits.json', digitsFile);
  return { samples: images.map(enlarged), labels };
}

/** 64 characters, 0 to 9 and a to g for 16 -> [32, 32] from 0 to 1. */
function enlarged(image: string): Float64Array {
  return Float64Array.from({ length: 1024 }, (_, p) => {
    const pixel = image[Math.floor(p / 128) * 8 + Math.floor((p % 32) / 4)]!;
    return Number.parseInt(pixel, 17) / 16;
  });
}

export const loadEffects = () => json('effects.json', effectsFile);

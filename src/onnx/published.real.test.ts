/**
 * MobileNetV2 and a DCGAN, built from their published PyTorch weights: the same weights, bit for
 * bit, as `reference/images` folds, and PyTorch's answers.
 */
import { createHash } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from 'onnx-buf';
import * as ort from 'onnxruntime-web/wasm';
import { describe, expect, it } from 'vitest';
import { MODELS, report } from '../engine/testing/realModels';
import { decodePicture } from '../load/image/decode';
import { netImage, usualPreprocessing } from '../load/image/preprocess';
import { openSafetensors } from '../load/safetensors';
import type { NetInput } from '../model/net';
import { standardNormals } from '../util/random';
import { dcgan, mobilenetV2 } from './testing/published';
import { readState } from './testing/state';

const GOLDENS = join(import.meta.dirname, '../../reference/images/goldens/real');

interface Golden {
  readonly file: { readonly tensors: Readonly<Record<string, string>> };
  readonly classes: readonly { readonly image: string; readonly class: number; readonly p: number }[];
}

const golden = async (name: string): Promise<Golden> =>
  JSON.parse(await readFile(join(GOLDENS, name), 'utf8'));

const mobilenet = async () =>
  mobilenetV2(
    await readState(await openAsBlob(join(MODELS, 'mobilenet', 'mobilenet_v2-b0353104.pth')), 'x.pth'),
  );

const faces = async () =>
  dcgan(await readState(await openAsBlob(join(MODELS, 'dcgan', 'weights.tar')), 'x.tar', 'netG_state_dict'));

/** The SHA-256 of each weight's bytes. */
function hashes(model: Uint8Array): Record<string, string> {
  const tensors = fromBinary(ModelProtoSchema, model).graph!.initializer;
  return Object.fromEntries(
    tensors.map(({ name, rawData }) => [name, createHash('sha256').update(rawData).digest('hex')]),
  );
}

const INPUT: NetInput = { name: 'image', shape: [3, 224, 224], layout: 'NCHW', type: 'float32', batch: null };

/** [3,224,224], normalised as for ImageNet; the pictures are cropped already. */
async function picture(name: string): Promise<Float32Array> {
  const pixels = decodePicture(name, await readFile(join(GOLDENS, name)));
  return netImage(pixels, { ...usualPreprocessing(INPUT), resize: null }, INPUT);
}

async function run(model: Uint8Array, name: string, data: Float32Array, dims: number[]) {
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(model, { graphOptimizationLevel: 'disabled' });
  const results = await session.run({ [name]: new ort.Tensor('float32', data, dims) });
  await session.release();
  return Object.values(results)[0]!.data as Float32Array;
}

describe('MobileNetV2', () => {
  it('has the weights that PyTorch folds, bit for bit', async () => {
    expect(hashes(await mobilenet())).toEqual((await golden('mobilenet.json')).file.tensors);
  });

  it('names the cat and the coffee with the probability that PyTorch gives', async () => {
    const model = await mobilenet();
    for (const { image, class: label, p } of (await golden('mobilenet.json')).classes) {
      const logits = await run(model, 'image', await picture(`${image}.png`), [1, 3, 224, 224]);
      const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
      const ours = Math.exp(logits[label]!) / total;
      report(`MobileNetV2 on the ${image}: class ${label} at ${ours.toFixed(5)}, PyTorch ${p.toFixed(5)}`);
      expect(logits[label]).toBe(Math.max(...logits));
      expect(Math.abs(ours - p)).toBeLessThan(1e-4);
    }
  });
});

describe('a DCGAN', () => {
  it('has the weights that PyTorch folds, bit for bit, and its picture', async () => {
    const model = await faces();
    expect(hashes(model)).toEqual((await golden('dcgan.json')).file.tensors);
    const file = await openSafetensors(await openAsBlob(join(GOLDENS, 'dcgan.safetensors')), 'dcgan');
    const expected = Float32Array.from((await file.tensor('image')).data);
    const made = await run(model, 'z', Float32Array.from(standardNormals(1, 200)), [2, 100, 1, 1]);
    const size = made.length / 2;
    const kept = expected.length / 2;
    let error = 0;
    for (const [i, value] of expected.entries()) {
      const at = Math.floor(i / kept) * size + Math.floor(((i % kept) * size) / kept);
      error = Math.max(error, Math.abs(made[at]! - value));
    }
    report(`DCGAN: largest difference of a pixel from PyTorch ${error.toExponential(1)}`);
    expect(error).toBeLessThan(2e-5);
  });
});

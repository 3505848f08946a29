/** The engine's fits against TransformerLens's, and against a plain loop over PyTorch's autograd. */
import { openLens } from '../../load/lens';
import { blobSource } from '../../load/bytes';
import { openSafetensors } from '../../load/safetensors';
import { createEngine, type EngineOptions } from '../engine';
import type { ReadFile } from '../../forward/testing';
import type { Engine } from '../api';
import { brokenFolder } from './brokenModel';

const FOLDER = 'reference/goldens/jacobian_lens';

/** Checkpoints that TransformerLens fitted, and those of the plain loop. */
export const FITTED = ['tiny-a', 'tiny-llama', 'tiny-gpt_neox'];
export const PLAIN = [
  ...['tiny-falcon', 'tiny-gemma2', 'tiny-gpt_neo', 'tiny-gpt_oss', 'tiny-gptj', 'tiny-granite'],
  ...['tiny-mixtral', 'tiny-olmo2', 'tiny-opt', 'tiny-phi', 'tiny-qwen3'],
];

export interface GoldenFit {
  readonly texts: readonly (readonly number[])[];
  readonly maxTokens: number;
  readonly skipFirst: number;
}

export async function goldenFit(name: string, read: ReadFile): Promise<GoldenFit> {
  const { checkpoints } = JSON.parse(new TextDecoder().decode(await read(`${FOLDER}/prompts.json`)));
  const { prompts, max_tokens: maxTokens, skip_first: skipFirst } = checkpoints[name];
  return { texts: prompts, maxTokens, skipFirst };
}

/** By layer, [D, D]. */
export async function goldenLens(name: string, read: ReadFile): Promise<ReadonlyMap<number, Float32Array>> {
  if (PLAIN.includes(name)) {
    const file = await openSafetensors(await read(`${FOLDER}/plain.safetensors`), 'plain.safetensors');
    const names = [...file.tensors.keys()].filter((one) => one.startsWith(`${name}/`));
    const matrices = names.map(
      async (one) => [Number(one.split('/')[1]), (await file.tensor(one)).data as Float32Array] as const,
    );
    return new Map(await Promise.all(matrices));
  }
  const { lens } = await openLens(
    blobSource(`${name}.pt`, new Blob([await read(`${FOLDER}/${name}.pt`)])),
    null,
  );
  return lens.matrices;
}

/** An engine with a golden checkpoint, or Atlas. */
export async function openGolden(name: string, read: ReadFile, options: EngineOptions): Promise<Engine> {
  const folder = name === 'atlas' ? 'public/models/atlas' : `reference/goldens/${name}`;
  const engine = createEngine({ ...options, folder: () => brokenFolder(folder, read, []) });
  await engine.open({ kind: 'files', title: name, files: new Map() });
  return engine;
}

/** The engine's open lens, as float32. */
export async function matricesOf(engine: Engine): Promise<ReadonlyMap<number, Float32Array>> {
  const { bytes } = await engine.exportLens('safetensors', 'f32');
  const { lens } = await openLens(blobSource('ours', new Blob([Uint8Array.from(bytes)])), null);
  return lens.matrices;
}

/** The largest difference of any layer, over that layer's largest value. */
export function lensError(
  ours: ReadonlyMap<number, Float32Array>,
  theirs: ReadonlyMap<number, Float32Array>,
): number {
  if ([...ours.keys()].join() !== [...theirs.keys()].sort((a, b) => a - b).join())
    return Number.POSITIVE_INFINITY;
  let worst = 0;
  for (const [layer, matrix] of theirs) {
    let [largest, off] = [0, 0];
    for (const [i, value] of matrix.entries()) {
      largest = Math.max(largest, Math.abs(value));
      off = Math.max(off, Math.abs(value - ours.get(layer)![i]!));
    }
    worst = Math.max(worst, off / largest);
  }
  return worst;
}

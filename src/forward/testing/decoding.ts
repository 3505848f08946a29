/** Decoding of golden models on a GPU, and what every model's must say. */
import { expect } from 'vitest';
import type { Gpu } from '../../gpu/device';
import { memoryWeights } from '../../load/testing/memoryWeights';
import { maxOf, minOf } from '../../util/lists';
import type { WeightFormat } from '../../weights/chunks';
import { uploadWeights } from '../../weights/upload';
import { GpuDecoding } from '../gpu/decoding';
import { executePlan } from '../gpu/run';
import { planDecoding } from '../plan/decoding';
import { planForward } from '../plan/plan';
import { compareTensors } from '../reference/compare';
import { ReferenceDecoding } from '../reference/decoding';
import { createReferenceForward } from '../reference/forward';
import type { Decoding, DecodingRequest } from '../request/decoding';
import type { Run } from '../request/types';
import { type Golden, loadGolden, type ReadFile } from '../testing';

/** Largest allowed error of a row of logits, relative to its largest value. */
export const BAR = 2e-5;
export const NEW = 6;
export const LOGITS = 'unembed.hook_out';

export async function decodingOnGpu(golden: Golden, gpu: Gpu, weightFormat: WeightFormat = 'f32') {
  const weights = memoryWeights(golden.slots, golden.weights);
  const { buffers } = await uploadWeights(gpu, golden.spec, weights, weightFormat);
  const model = { gpu, weights: buffers, budgetFlops: 1e9 };
  const options = { maxBindingBytes: gpu.limits.maxBindingBytes, weightFormat };
  return {
    decoding: (request: DecodingRequest, maxRows?: number): Decoding => {
      const plan = planDecoding(golden.spec, request, options);
      return new GpuDecoding({ ...plan, maxRows: maxRows ?? plan.maxRows }, model);
    },
    together: (runs: readonly Run[]) =>
      executePlan(planForward(golden.spec, { runs, reuse: 'wavefront' }, options), model),
    /** The last row of logits from one full pass. */
    full: async (run: Omit<Run, 'id'>): Promise<Float32Array> => {
      const request = { runs: [{ ...run, id: 'a', captures: [{ site: LOGITS }] }], reuse: 'naive' } as const;
      const { runs } = await executePlan(planForward(golden.spec, request, options), model);
      return runs.a!.captures[LOGITS]!.data.slice(-golden.spec.dVocab);
    },
  };
}

const isCausal = ({ spec }: Golden): boolean => spec.attention.causal && spec.head === 'lm';
export const longest = (golden: Golden) =>
  [...golden.cases.values()].reduce((a, b) => (b.length > a.length ? b : a));
export const argmax = (logits: Float32Array): number => logits.indexOf(maxOf(logits));

export function promptOf(golden: Golden): readonly number[] {
  const { nCtx, positions } = golden.spec;
  const tables = positions.kind === 'rotary' ? positions.tables : [];
  const steady = minOf(
    tables.map(({ beyond }) => beyond?.length ?? nCtx),
    nCtx,
  );
  return longest(golden).slice(0, steady - NEW);
}

/** Greedy tokens, and the logits of each step. */
export async function greedy(
  decoding: Decoding,
  steps = NEW,
): Promise<{ tokens: number[]; logits: Float32Array[] }> {
  const tokens: number[] = [];
  const logits: Float32Array[] = [];
  for (let step = 0; step < steps; step++) {
    const [row] = await decoding.extend([tokens.slice(-1)]);
    logits.push(row!);
    tokens.push(argmax(row!));
  }
  return { tokens, logits };
}

/** Chooses the tokens of repeated full passes, of the GPU and of float64. */
export async function expectDecoded(name: string, gpu: Gpu, read: ReadFile): Promise<void> {
  const golden = await loadGolden(name, read);
  if (!isCausal(golden)) return;
  const prompt = promptOf(golden);
  const request = { sequences: [{ prompt }], capacity: prompt.length + NEW };
  const { decoding, full } = await decodingOnGpu(golden, gpu);
  const ours = await greedy(decoding(request));
  // A row is computed in the same order whatever rows accompany it, so every bit matches.
  for (const [step, logits] of ours.logits.entries())
    expect(await full({ tokens: [...prompt, ...ours.tokens.slice(0, step)] })).toEqual(logits);
  const reference = createReferenceForward(golden.spec, (weight) => golden.weights.get(weight)!);
  const truth = await greedy(new ReferenceDecoding(golden.spec, request, reference));
  expect(ours.tokens).toEqual(truth.tokens);
  const errors = ours.logits.map((row, i) => compareTensors(row, truth.logits[i]!).relative);
  console.warn(
    `${name}: ${NEW} tokens after ${prompt.length}; logits equal to full passes, from float64 ${maxOf(errors).toExponential(1)}`,
  );
  for (const error of errors) expect(error).toBeLessThan(BAR);
}

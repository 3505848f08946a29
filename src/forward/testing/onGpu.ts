/** Golden models on a GPU, and shared checks for tests of the forward pass. */
import { expect } from 'vitest';
import type { Gpu } from '../../gpu/device';
import { listSites } from '../../model/sites';
import { memoryWeights } from '../../load/testing/memoryWeights';
import { decodeF16, encodeF16 } from '../../util/halves';
import type { WeightFormat } from '../../weights/chunks';
import { uploadWeights } from '../../weights/upload';
import { compareTensors } from '../reference/compare';
import { planForward } from '../plan/plan';
import { createReferenceForward } from '../reference/forward';
import { executePlan, type GpuModel } from '../gpu/run';
import { type Golden, goldenError, goldenSites, loadGolden, type ReadFile } from '../testing';
import type { ForwardRequest, ForwardResult } from '../request/contract';

/** Largest allowed error of a tensor, or of a row's numbers, relative to its largest value. */
export const BAR = 2e-5;

interface OnGpu extends GpuModel {
  readonly format: WeightFormat;
}

export async function onGpu(golden: Golden, gpu: Gpu, format: WeightFormat = 'f32'): Promise<OnGpu> {
  const weights = memoryWeights(golden.slots, golden.weights);
  const { buffers } = await uploadWeights(gpu, golden.spec, weights, format);
  return { gpu, weights: buffers, budgetFlops: 1e9, format };
}

export function forward(golden: Golden, model: OnGpu, request: ForwardRequest): Promise<ForwardResult> {
  const { maxBindingBytes } = model.gpu.limits;
  const plan = planForward(golden.spec, request, { maxBindingBytes, weightFormat: model.format });
  return executePlan(plan, model);
}

export const worstOf = (errors: ReadonlyMap<string, number>): string => {
  const [name, error] = [...errors].reduce((a, b) => (b[1] > a[1] ? b : a));
  return `${error.toExponential(1)}, at ${name}`;
};

/** Every hook site is what PyTorch says, captured together and, the last one, alone. */
export async function expectForward(name: string, gpu: Gpu, read: ReadFile): Promise<void> {
  const golden = await loadGolden(name, read);
  const model = await onGpu(golden, gpu);
  let worst = { site: '', error: 0 };
  for (const [testCase, tokens] of golden.cases) {
    const sites = goldenSites(golden, testCase);
    expect(sites.length).toBe(listSites(golden.spec).length - 1);
    const captures = sites.map((site) => ({ site }));
    const together = await forward(golden, model, {
      runs: [{ id: 'a', tokens, captures }],
      reuse: 'wavefront',
    });
    for (const site of sites) {
      const error = await goldenError(golden, testCase, site, together.runs.a!.captures[site]!);
      if (error > worst.error) worst = { site, error };
      expect(error, `${testCase}/${site}`).toBeLessThan(BAR);
    }
    // Alone, a site leaves the rest of the pass fused: the product's path.
    const last = sites.at(-1)!;
    const alone = await forward(golden, model, {
      runs: [{ id: 'a', tokens, captures: [{ site: last }] }],
      reuse: 'wavefront',
    });
    const error = await goldenError(golden, testCase, last, alone.runs.a!.captures[last]!);
    expect(error, `${testCase}/fused ${last}`).toBeLessThan(BAR);
  }
  console.warn(`${name}: largest relative error ${worst.error.toExponential(1)}, at ${worst.site}`);
}

/** Weights as halves hold them; vectors stay as they are. */
function roundedWeights(golden: Golden): Map<string, Float32Array> {
  const rounded = new Map(golden.weights);
  for (const slot of golden.slots) {
    if (slot.role !== 'vector')
      rounded.set(slot.name, decodeF16(encodeF16(golden.weights.get(slot.name)!, slot.name)));
  }
  return rounded;
}

/** With packed halves: exact for the rounded weights, and as close to PyTorch as they allow. */
export async function expectHalves(name: string, gpu: Gpu, read: ReadFile): Promise<void> {
  const golden = await loadGolden(name, read);
  const model = await onGpu(golden, gpu, 'f16');
  const rounded = roundedWeights(golden);
  const reference = createReferenceForward(golden.spec, (weight) => rounded.get(weight)!);
  const [testCase, tokens] = [...golden.cases].at(-1)!;
  const captures = goldenSites(golden, testCase).map((site) => ({ site }));
  const request = { runs: [{ id: 'a', tokens, captures }], reuse: 'wavefront' } as const;
  const ours = (await forward(golden, model, request)).runs.a!.captures;
  const truth = (await reference(request)).runs.a!.captures;
  const [own, whole] = [new Map<string, number>(), new Map<string, number>()];
  for (const { site } of captures) {
    own.set(site, compareTensors(ours[site]!.data, truth[site]!.data).relative);
    expect(own.get(site), site).toBeLessThan(BAR);
    whole.set(site, await goldenError(golden, testCase, site, ours[site]!));
    // If rounding alone moves activations by more than 2e-3, float64 with halves must agree.
    const rounding = await goldenError(golden, testCase, site, truth[site]!);
    expect(whole.get(site), `${site} against PyTorch`).toBeLessThan(Math.max(2e-3, rounding + BAR));
  }
  console.warn(
    `${name}, halves: from float64 with the same halves ${worstOf(own)}; from PyTorch ${worstOf(whole)}`,
  );
}

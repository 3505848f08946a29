/** Gradients on the GPU against the float64 reference, at every site of a golden checkpoint. */
import { expect } from 'vitest';
import type { Gpu } from '../../gpu/device';
import type { ModelSpec } from '../../model/spec';
import { logSoftmax } from '../../util/distribution';
import { maxOf } from '../../util/lists';
import { standardNormals } from '../../util/random';
import { range } from '../../util/range';
import { createReferenceForward } from '../reference/forward';
import type { ForwardRequest, Tensor } from '../request/contract';
import type { Run } from '../request/types';
import type { Seed } from '../request/seeds';
import { type Golden, loadGolden, type ReadFile } from '../testing';
import { continuousSites, differenceSeed } from './differences';
import { everyTable } from './everyTable';
import { forward, onGpu } from './onGpu';

/** Largest difference over the tensor's largest value. */
const BAR = 1e-4;
/**
 * A norm's scale has a sum of products as its gradient: where little is left of them, their rounding
 * counts, whatever the order of the sum. Largest difference over the sum of the products' sizes. Ours
 * is 2.7e-6 at most (`tiny-olmo3`, edited), PyTorch's in float32 6.8e-6 (`tiny-olmo3`, unedited; see
 * reference/goldens/float32_gradients.py).
 */
const BAR_OF_PRODUCTS = 5e-6;
/** A tensor smaller than this share of the run's largest gradient is compared with that. */
const LEAST = 1e-6;

export async function expectGradients(
  name: string,
  gpu: Gpu,
  read: ReadFile,
  report: (line: string) => void,
): Promise<void> {
  const golden = await loadGolden(name, read);
  const { spec } = golden;
  const model = await onGpu(golden, gpu);
  const reference = createReferenceForward(spec, (of) => golden.weights.get(of)!);
  const tokens = promptOf(golden);
  const of = continuousSites(spec).map(({ name: site }) => ({ site }));
  const row = tokens.length - 1;
  const seeds = seedsOf(spec, row);
  const runsOf: Record<string, Run[]> = {
    unedited: [{ id: 'edited', tokens }],
    edited: everyTable(spec, tokens),
  };
  for (const [what, runs] of Object.entries(runsOf)) {
    const seeded = Object.entries(seeds).map(
      ([id, seed]): Run => ({ id, base: 'edited', captures: of.filter(isOfNorm), gradients: { seed, of } }),
    );
    const request: ForwardRequest = { runs: [...runs, ...seeded], reuse: 'wavefront' };
    const [ours, truth] = [await forward(golden, model, request), await reference(request)];
    const worst = { scale: { error: 0, at: '' }, other: { error: 0, at: '' } };
    for (const id of Object.keys(seeds)) {
      const { gradients: wanted, captures } = truth.runs[id]!;
      const largest = maxOf(of.map(({ site }) => maxOf(wanted![site]!.data.map(Math.abs), 0)));
      for (const { site } of of) {
        const got = ours.runs[id]!.gradients![site]!;
        const want = wanted![site]!;
        expect(got.shape, site).toEqual(want.shape);
        const most = Math.max(maxOf(want.data.map(Math.abs), 0), LEAST * largest);
        const difference = maxOf(
          got.data.map((x, i) => (Number.isFinite(x) ? Math.abs(x - want.data[i]!) : Infinity)),
          0,
        );
        const error = difference / most;
        report(`  ${id} ${site} ${error.toExponential(1)} of ${most.toExponential(1)}`);
        const group = site.endsWith('hook_scale') ? 'scale' : 'other';
        if (error > worst[group].error) worst[group] = { error, at: `${site}, ${id}` };
        if (error < BAR) continue;
        expect(group, `${site}, ${id}: ${error}`).toBe('scale');
        const normalized = site.replace('hook_scale', 'hook_normalized');
        const products = sizeOfProducts(wanted![normalized]!, captures[normalized]!, captures[site]!);
        const share = difference / products;
        const left = (most / products).toExponential(1);
        report(
          `${name}, ${what}: ${id} ${site}: ${share.toExponential(1)} of its products, ${left} are left`,
        );
        expect(share, `${site}, ${id}`).toBeLessThan(BAR_OF_PRODUCTS);
      }
    }
    const text = ({ error, at }: typeof worst.scale) => `${error.toExponential(1)} at ${at}`;
    report(`${name}, ${what}: largest error ${text(worst.other)}; of norms' scales ${text(worst.scale)}`);
  }
}

const isOfNorm = ({ site }: { site: string }): boolean => /hook_(normalized|scale)$/.test(site);

/**
 * The gradient of a norm's scale is -(d . normalized) / scale: the largest sum, over a row's columns,
 * of |d * normalized / scale|.
 */
function sizeOfProducts(d: Tensor, normalized: Tensor, scale: Tensor): number {
  const width = d.data.length / scale.data.length;
  return maxOf(
    [...scale.data].map((divisor, row) =>
      range(row * width, (row + 1) * width).reduce(
        (sum, i) => sum + Math.abs((d.data[i]! * normalized.data[i]!) / divisor),
        0,
      ),
    ),
  );
}

/** Three numbers of the last rows that weigh the vocabulary differently; of an encoder, three cotangents. */
function seedsOf(spec: ModelSpec, row: number): Record<string, Seed> {
  if (spec.head === 'none') {
    const last = `blocks.${spec.nLayers - 1}`;
    const along = (site: string, n: number): Seed => {
      return { site, rows: [row], values: Array.from({ length: n }, (_, i) => Math.sin(i)) };
    };
    return {
      stream: along(`${last}.hook_resid_post`, spec.dModel),
      mlp: along(`${last}.hook_mlp_out`, spec.dModel),
      z: along(`${last}.attn.hook_z`, spec.nHeads * spec.dHead),
    };
  }
  const logProbs = [...logSoftmax(standardNormals(7, spec.dVocab))];
  return {
    difference: differenceSeed(row),
    prob: {
      mean: [
        { row, of: 'prob', token: 1 },
        { row: 1, of: 'logProb', token: 0 },
      ],
    },
    kl: { mean: [{ row, of: 'kl', logProbs }] },
  };
}

/** Five to seven tokens of the first case that has as many; else the longest, repeated. */
function promptOf({ cases }: Golden): number[] {
  const prompts = [...cases.values()].sort((a, b) => b.length - a.length);
  const prompt = [...cases.values()].find(({ length }) => length >= 5) ?? prompts[0]!;
  return [...prompt, ...prompt, ...prompt].slice(0, Math.max(5, Math.min(7, prompt.length)));
}

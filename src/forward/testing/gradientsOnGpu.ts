/** Gradients on the GPU against the float64 reference, at every site of a golden checkpoint. */
import { expect } from 'vitest';
import type { Gpu } from '../../gpu/device';
import { maxOf } from '../../util/lists';
import { createReferenceForward } from '../reference/forward';
import type { ForwardRequest } from '../request/contract';
import type { Run } from '../request/types';
import type { Seed } from '../request/seeds';
import { type Golden, loadGolden, type ReadFile } from '../testing';
import { continuousSites, differenceSeed } from './differences';
import { everyTable } from './everyTable';
import { forward, onGpu } from './onGpu';

/** Largest difference over the tensor's largest value. */
const BAR = 1e-4;
/** Of norms' scales where little is left of a sum of D products. */
const SCALE_BARS: Readonly<Record<string, number>> = { 'tiny-llama-linear': 2e-4 };
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
  const last = `blocks.${spec.nLayers - 1}.hook_resid_post`;
  const seeds: Record<string, Seed> =
    spec.head === 'none'
      ? {
          cotangent: {
            site: last,
            rows: [row],
            values: Array.from({ length: spec.dModel }, (_, i) => Math.sin(i)),
          } as Seed,
        }
      : {
          difference: differenceSeed(row),
          prob: {
            mean: [
              { row, of: 'prob', token: 1 },
              { row: 1, of: 'logProb', token: 0 },
            ],
          },
        };
  const runsOf: Record<string, Run[]> = {
    unedited: [{ id: 'edited', tokens }],
    edited: everyTable(spec, tokens),
  };
  for (const [what, runs] of Object.entries(runsOf)) {
    const seeded = Object.entries(seeds).map(
      ([id, seed]): Run => ({ id, base: 'edited', gradients: { seed, of } }),
    );
    const request: ForwardRequest = { runs: [...runs, ...seeded], reuse: 'wavefront' };
    const [ours, truth] = [await forward(golden, model, request), await reference(request)];
    const worst = { scale: { error: 0, at: '' }, other: { error: 0, at: '' } };
    for (const id of Object.keys(seeds)) {
      const largest = maxOf(
        of.map(({ site }) => maxOf(truth.runs[id]!.gradients![site]!.data.map(Math.abs), 0)),
      );
      for (const { site } of of) {
        const got = ours.runs[id]!.gradients![site]!;
        const want = truth.runs[id]!.gradients![site]!;
        expect(got.shape, site).toEqual(want.shape);
        const most = Math.max(maxOf(want.data.map(Math.abs), 0), LEAST * largest);
        const error =
          maxOf(
            got.data.map((x, i) => (Number.isFinite(x) ? Math.abs(x - want.data[i]!) : Infinity)),
            0,
          ) / most;
        report(`  ${id} ${site} ${error.toExponential(1)} of ${most.toExponential(1)}`);
        const group = site.endsWith('hook_scale') ? 'scale' : 'other';
        if (error > worst[group].error) worst[group] = { error, at: `${site}, ${id}` };
      }
    }
    const text = ({ error, at }: typeof worst.scale) => `${error.toExponential(1)} at ${at}`;
    report(`${name}, ${what}: largest error ${text(worst.other)}; of norms' scales ${text(worst.scale)}`);
    expect(worst.other.error, worst.other.at).toBeLessThan(BAR);
    expect(worst.scale.error, worst.scale.at).toBeLessThan(SCALE_BARS[name] ?? BAR);
  }
}

/** Five to seven tokens of the first case that has as many; else the longest, repeated. */
function promptOf({ cases }: Golden): number[] {
  const prompts = [...cases.values()].sort((a, b) => b.length - a.length);
  const prompt = [...cases.values()].find(({ length }) => length >= 5) ?? prompts[0]!;
  return [...prompt, ...prompt, ...prompt].slice(0, Math.max(5, Math.min(7, prompt.length)));
}

/** Gradients on the GPU against the float64 reference, at every site of a golden checkpoint. */
import { expect } from 'vitest';
import type { Gpu } from '../../gpu/device';
import { maxOf } from '../../util/lists';
import { createReferenceForward } from '../reference/forward';
import type { ForwardRequest } from '../request/contract';
import type { Run } from '../request/types';
import type { Seed } from '../request/seeds';
import { loadGolden, type ReadFile } from '../testing';
import { continuousSites } from './differences';
import { everyTable } from './everyTable';
import { forward, onGpu } from './onGpu';

/** Largest difference over the tensor's largest value. */
const BAR = 1e-4;
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
  const tokens = [...golden.cases.values()].find(({ length }) => length >= 5)!.slice(0, 7);
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
          difference: {
            mean: [
              {
                row,
                of: 'logits',
                weights: [
                  [1, 1],
                  [0, -1],
                ],
              },
            ],
          },
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
    let worst = { error: 0, at: '' };
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
        if (error > worst.error) worst = { error, at: `${site}, ${id}` };
      }
    }
    report(`${name}, ${what}: largest error ${worst.error.toExponential(1)} at ${worst.at}`);
    expect(worst.error, worst.at).toBeLessThan(BAR);
  }
}

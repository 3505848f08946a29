/** The forward pass of a Jacobian's rows: once, whatever their number. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { blockOutput } from '../../model/sites';
import type { Run } from '../request/types';
import { loadGolden } from '../testing';
import { forwardFlops } from './cost';
import { planForward } from './plan';

const T = 20;
const SAMPLES = 32;

async function planOf(name: string, change: Partial<Run>) {
  const { spec } = await loadGolden(name, async (path) => new Uint8Array(await readFile(path)).buffer);
  const tokens = new Array<number>(T).fill(2);
  const seed = { site: blockOutput(spec, spec.nLayers - 1), rows: [4, 5, 6], column: 0 };
  const gradients = { seed, of: [{ site: blockOutput(spec, 0), mean: true as const }] };
  const run: Run = { id: 'rows', tokens, samples: [0, SAMPLES], gradients, ...change };
  const plan = planForward(spec, { runs: [run], reuse: 'wavefront' }, { maxBindingBytes: 2 ** 27 });
  return { plan, once: forwardFlops(spec, T) };
}

describe('the samples of a run', () => {
  const ofForward = (plan: Awaited<ReturnType<typeof planOf>>['plan']): number =>
    plan.sweeps
      .flatMap(({ steps }) => steps)
      .reduce((sum, step) => sum + ('flops' in step && !/back$/.test(step.label) ? step.flops : 0), 0);

  it('that differ in their seeds alone share one forward pass', async () => {
    const { plan, once } = await planOf('atlas', {});
    process.stdout.write(`${plan.flops / once} forward passes for ${SAMPLES} rows of a Jacobian\n`);
    expect(plan.sweeps).toHaveLength(1);
    expect(ofForward(plan)).toBeLessThan(once);
  });

  it('that show or change something do not', async () => {
    const noise = { kind: 'noise', stream: 'mt19937-polar', seed: 5, scale: 1, draw: 1 } as const;
    const edits = [{ site: 'hook_embed', rows: [1], op: 'add' as const, source: noise }];
    const { once, plan } = await planOf('atlas', { edits });
    expect(ofForward(plan)).toBeGreaterThan(SAMPLES * 0.5 * once);
    const shown = await planOf('atlas', { captures: [{ site: 'hook_embed' }] });
    expect(ofForward(shown.plan)).toBeGreaterThan(SAMPLES * 0.5 * once);
  });
});

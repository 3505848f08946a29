import { describe, expect, it } from 'vitest';
import type { Speeds } from '../../gpu/calibrate';
import { ACT } from '../../gpu/kernels/matmul';
import { gpt2Spec } from '../../model/testing';
import { planForward } from './plan';
import { planSeconds, stepSeconds } from './seconds';
import type { DispatchStep } from './steps';
import { costOf, splitSteps } from './submits';

/** A card that is ten times as fast with many rows. */
const speeds: Speeds = { products: [1e12, 1e13], attention: 1e11, numbers: 1e10, dispatch: 1e-5 };
const nothing = { products: [1e30, 1e30], attention: 1e30, numbers: 1e30, dispatch: 0 } as const;

const product = (rows: number, K = 768, N = 768): DispatchStep => ({
  type: 'dispatch',
  kernel: 'gemm',
  label: 'product',
  buffers: [],
  params: { row0: 0, rows, K, N, act: ACT.none, hasBias: 1, oStride: N, oOffset: 0 },
  flops: 2 * rows * K * N,
});
const rateOf = (rows: number): number =>
  product(rows).flops / (stepSeconds(product(rows), speeds) - speeds.dispatch);

describe('seconds', () => {
  it('of products go by what was measured at 64 and 2,048 rows, and by the logarithm between', () => {
    expect(rateOf(64)).toBeCloseTo(1e12, -3);
    expect(rateOf(2048)).toBeCloseTo(1e13, -4);
    expect(rateOf(Math.sqrt(64 * 2048))).toBeCloseTo(Math.sqrt(1e12 * 1e13), -3);
    expect(rateOf(10_000)).toBeCloseTo(1e13, -4);
  });

  it('of a product of one row are not a sixty-fourth of one of 64', () => {
    const share = stepSeconds(product(1), speeds) / stepSeconds(product(64), speeds);
    expect(share).toBeGreaterThan(0.1);
    expect(share).toBeLessThan(1);
  });

  it('of a plan are those of its steps; what takes no time in one respect shows the others', () => {
    const spec = gpt2Spec({ nLayers: 2, nCtx: 32 });
    const tokens = Array.from({ length: 20 }, (_, t) => t);
    const request = {
      runs: [{ id: 'a', tokens, metric: { row: 19, answer: 1 } }],
      reuse: 'wavefront',
    } as const;
    const plan = planForward(spec, request, { maxBindingBytes: 2 ** 27 });
    const { steps } = plan.sweeps[0]!;
    const counted = steps.filter(({ type }) => type !== 'callback').length;
    expect(planSeconds(plan.sweeps, { ...nothing, dispatch: 1 })).toBe(counted);
    const flopsOf = (isOf: (kernel: string) => boolean): number =>
      steps.reduce((sum, step) => sum + (step.type === 'dispatch' && isOf(step.kernel) ? step.flops : 0), 0);
    const attention = planSeconds(plan.sweeps, { ...nothing, attention: 1 });
    expect(attention).toBeCloseTo(
      flopsOf((kernel) => kernel === 'attend' || kernel === 'mix'),
      3,
    );
    const products = planSeconds(plan.sweeps, { ...nothing, products: [1, 1] });
    expect(products).toBeGreaterThan(flopsOf((kernel) => kernel.startsWith('gemm')));
    // The end of the last block and the unembedding have one row.
    expect(products).toBeLessThan(2 * flopsOf((kernel) => kernel.startsWith('gemm')));
    // Three norms of every row, two of the last one, and a quarter of the other row operations.
    const numbers = planSeconds(plan.sweeps, { ...nothing, numbers: 1 });
    expect(numbers).toBeGreaterThan(3 * 20 * spec.dModel);
    expect(numbers).toBeLessThan(10 * 20 * spec.dModel);
  });
});

describe('submits of known speeds', () => {
  const options = { budgetFlops: 1e12, speeds };

  it('cost what the fastest product does in their time', () => {
    expect(costOf([product(2048)], options) / product(2048).flops).toBeCloseTo(
      1 + (1e-5 * 1e13) / product(2048).flops,
      6,
    );
    expect(costOf([product(64)], options)).toBeGreaterThan(9 * product(64).flops);
  });

  it('are cut so that each takes the budget at most', () => {
    const steps = Array.from({ length: 200 }, () => product(64, 3072, 3072));
    const batches = splitSteps(steps, options);
    expect(batches.length).toBe(3);
    for (const batch of batches) expect(costOf(batch, options)).toBeLessThanOrEqual(options.budgetFlops);
    const large = splitSteps([product(2 ** 17, 3072, 3072)], options);
    for (const batch of large) expect(costOf(batch, options)).toBeLessThan(1.1 * options.budgetFlops);
    expect(large.length).toBeGreaterThan(2);
  });
});

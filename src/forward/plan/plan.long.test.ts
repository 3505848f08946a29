import { expect, it } from 'vitest';
import { gpt2Spec } from '../../model/testing';
import type { Run } from '../request/types';
import { planForward } from './plan';

it('plans more runs than a call may have arguments, as a long prompt has', () => {
  const many = Array.from(
    { length: 150_000 },
    (_, i): Run => ({ id: `${i}`, tokens: [1], metric: { row: 0, answer: 1 } }),
  );
  const small = gpt2Spec({ nLayers: 1, nHeads: 1, dModel: 4, dMlp: 4, nCtx: 2, dVocab: 4 });
  const plan = planForward(small, { runs: many, reuse: 'wavefront' }, { maxBindingBytes: 2 ** 27 });
  expect(plan.sweeps.length).toBeGreaterThan(0);
});

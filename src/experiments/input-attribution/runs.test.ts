import { expect, it } from 'vitest';
import { groupRuns } from '../../forward/plan/sweeps';
import { resolveRuns } from '../../forward/request/resolve';
import { gpt2Spec } from '../../model/testing';
import { inputAttributionExperiment } from './experiment';

it.each(['zero', 'mean', 'twin'])('all steps from %s share one sweep', (baseline) => {
  const model = gpt2Spec({ nCtx: 16, dVocab: 20 });
  const one = {
    prompt: 'a',
    tokens: [1, 2, 3],
    answer: { id: 4 },
    corrupted: { prompt: 'b', tokens: [1, 5, 3] },
  };
  const spec = inputAttributionExperiment.parseSpec({
    version: 1,
    kind: 'input-attribution',
    model: { id: 'm', revision: 'r' },
    bos: false,
    metric: 'p',
    cases: [one],
    baseline,
  });
  const runs = inputAttributionExperiment.plan(spec, model, 0, new Array<number>(model.dModel).fill(0));
  const pass = groupRuns(model, resolveRuns(model, runs), { reuse: 'wavefront', maxRows: 1e6, T: 3 });
  let step = pass.next();
  while (!step.done) step = pass.next();
  const sizes = step.value.sweeps.map(({ members }) => members.length);
  expect(sizes.at(-1)).toBe(50);
  expect(sizes.slice(0, -1).reduce((sum, n) => sum + n, 0)).toBe(2);
});

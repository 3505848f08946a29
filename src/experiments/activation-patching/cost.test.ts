/** The cost of attribution patching, by the planner's counters. */
import { expect, it } from 'vitest';
import { forwardFlops } from '../../forward/plan/cost';
import { planForward } from '../../forward/plan/plan';
import { range } from '../../util/range';
import { gridNames } from '../common/grids';
import { openGolden } from '../testing/study';
import { patchingExperiment } from './experiment';

const { spec: atlas } = await openGolden('atlas');

/** Every grid of one prompt of T tokens. */
function runsOf(T: number, asked: object) {
  const tokens = range(1, T + 1);
  const corrupted = { prompt: 'b', tokens: tokens.with(2, 100) };
  const spec = {
    version: 1,
    kind: 'activation-patching',
    model: { id: 'atlas', revision: 'builtin' },
    bos: false,
    cases: [{ prompt: 'a', tokens, corrupted, answer: { id: 5 }, distractor: { id: 7 } }],
    metric: 'logit-diff',
    by: 'estimate',
    grids: gridNames,
    ...asked,
  };
  return patchingExperiment.plan(patchingExperiment.parseSpec(spec, atlas), atlas, 0, {});
}

it.each([
  [6, 'denoise'],
  [12, 'denoise'],
  [12, 'noise'],
  [48, 'denoise'],
] as const)('%i tokens, %s: all grids cost less than three and a half forward passes', (T, direction) => {
  const runs = runsOf(T, { direction });
  expect(runs.map(({ id }) => id)).toEqual(['clean', 'corrupted']);
  const plan = planForward(atlas, { runs, reuse: 'wavefront' }, { maxBindingBytes: 2 ** 27 });
  const forwards = plan.flops / forwardFlops(atlas, T);
  process.stdout.write(
    `Atlas, ${T} tokens, ${direction}: attribution patching of ${gridNames.length} grids costs ${forwards.toFixed(2)} forward passes\n`,
  );
  // Two forward passes, and a backward pass without weights.
  expect(forwards).toBeLessThan(3.5);
  expect(forwards).toBeGreaterThan(2);
});

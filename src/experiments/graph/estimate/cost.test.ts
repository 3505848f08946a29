/** What EAP costs at GPT-2 small's shape: the device's work by the planner, the host's by its clock. */
import { expect, it } from 'vitest';
import type { RunResult } from '../../../forward/request/contract';
import { forwardFlops } from '../../../forward/plan/cost';
import { planForward } from '../../../forward/plan/plan';
import { findSite, siteShape } from '../../../model/sites';
import { gpt2Spec } from '../../../model/testing';
import { range } from '../../../util/range';
import { cpuTime } from '../../../util/testing';
import { searchSpaceOf } from '../searchSpace';
import { parseGraph } from '../spec';
import { estimateStage } from './stage';

const model = gpt2Spec({ nLayers: 12, nHeads: 12, dModel: 768, dMlp: 3072, nCtx: 1024, dVocab: 50_257 });
const T = 12;

function stageOf() {
  const tokens = range(1, T + 1);
  const asked = {
    version: 1,
    kind: 'graph',
    model: { id: 'gpt2', revision: 'local' },
    bos: false,
    metric: 'logit-diff',
    method: 'eap',
    cases: [
      {
        prompt: 'a',
        tokens,
        answer: { id: 5 },
        distractor: { id: 7 },
        corrupted: { prompt: 'b', tokens: tokens.with(2, 100) },
      },
    ],
  };
  const row = (answer: number) => ({ answer, distractor: 0, argmax: 5, logSumExp: answer, rank: 0, kl: 0 });
  const spec = parseGraph(asked, model);
  const space = searchSpaceOf(spec, model, [{ clean: row(2), corrupted: row(-1) } as never]);
  return { space, spec, stage: estimateStage(space).stage };
}

/** Results with every tensor that the run asks for, filled with a value, and with ones as gradients. */
function resultOf(
  value: number,
  asked: { captures?: readonly { site: string }[]; gradients?: unknown },
): RunResult {
  const filled = (value: number, sites: readonly { site: string }[] = []) =>
    Object.fromEntries(
      sites.map(({ site }) => {
        const shape = siteShape(model, findSite(model, site), T);
        return [site, { shape, data: new Float32Array(shape.reduce((n, d) => n * d, 1)).fill(value) }];
      }),
    );
  const { of } = (asked.gradients ?? { of: [] }) as { of: readonly { site: string }[] };
  return { captures: filled(value, asked.captures), gradients: filled(1, of) } as unknown as RunResult;
}

it('one pass for 32,491 edges', () => {
  const { space, spec, stage } = stageOf();
  expect(space.edges).toHaveLength(32_491);
  expect(stage.cases(spec)).toBe(1);
  const began = cpuTime();
  const runs = stage.plan(spec, model, 0, null);
  const plan = planForward(model, { runs, reuse: 'wavefront' }, { maxBindingBytes: 2 ** 31 - 4 });
  const planned = cpuTime() - began;
  expect(runs.map(({ id, gradients }) => [id, gradients !== undefined])).toEqual([
    ['clean', true],
    ['corrupted', false],
  ]);
  const forwards = plan.flops / forwardFlops(model, T);
  const results = Object.fromEntries(runs.map((run) => [run.id, resultOf(run.id === 'clean' ? 1 : 0, run)]));
  const about = { runs: results, finished: new Set(['']), weights: {} };
  const multiplied = cpuTime();
  const scores = stage.measure(spec, model, 0, about, null)!;
  const product = cpuTime() - multiplied;
  process.stdout.write(
    `GPT-2 small's shape, ${T} tokens: ${forwards.toFixed(2)} forward passes; host ${planned.toFixed(0)} ms to plan, ${product.toFixed(0)} ms for ${scores.length} edges\n`,
  );
  expect(new Set(scores)).toEqual(new Set([T * model.dModel]));
  expect(forwards).toBeLessThan(4);
  expect(planned + product).toBeLessThan(20_000);
});

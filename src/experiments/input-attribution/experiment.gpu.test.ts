/** Input attribution on the GPU, compared with Captum's. */
import { beforeAll, describe, expect, it } from 'vitest';
import { gpuForward } from '../../engine/testing/gpuForward';
import { loadGolden, type ReadFile } from '../../forward/testing';
import { type Gpu, openGpu } from '../../gpu/device';
import { maxOf } from '../../util/lists';
import { BASELINES, type InputGolden, inputErrors, inputSpec } from '../testing/inputGoldens';
import { figureOf, largestDifference, runStudy } from '../testing/study';
import { inputAttributionExperiment } from './experiment';

/** Of Captum's largest entry; of the gap, in logits. */
const BAR = 1e-4;

const read: ReadFile = async (path) => (await fetch(`/${path}`)).arrayBuffer();

let gpu: Gpu;
let theirs: InputGolden;
beforeAll(async () => {
  gpu = await openGpu({ gpu: navigator.gpu });
  theirs = (await (await fetch('/reference/goldens/input_attribution.json')).json()) as InputGolden;
});

describe.each(['tiny-a', 'tiny-llama'])('input attribution of %s on the GPU', (name) => {
  it.each(BASELINES)('from %s is Captum’s', async (baseline) => {
    const golden = await loadGolden(name, read);
    const forward = await gpuForward(golden, gpu);
    const errors = await inputErrors(golden, theirs, { name, baseline }, forward);
    const shown = Object.entries(errors).map(([what, error]) => `${what} ${error.toExponential(1)}`);
    console.log(`${name}, from ${baseline}: ${shown.join(', ')}`);
    for (const [what, error] of Object.entries(errors)) expect(error, what).toBeLessThan(BAR);
  });

  // Prompts of several lengths share a sweep.
  it('of a continuation is what the float64 reference says', async () => {
    const golden = await loadGolden(name, read);
    const spec = inputSpec(theirs, {
      metric: 'logprob',
      continuation: [8, 5, 9],
      steps: 10,
      baseline: 'mean',
    });
    const forward = await gpuForward(golden, gpu);
    const ours = await runStudy(inputAttributionExperiment, spec, golden, forward);
    const wanted = await runStudy(inputAttributionExperiment, spec, golden);
    for (const { name: figure, values } of wanted.figures) {
      const largest = maxOf(values.map((value) => Math.abs(value ?? 0)));
      const error = largestDifference(figureOf(ours, figure), values) / largest;
      expect(error, figure).toBeLessThan(BAR);
    }
  });
});

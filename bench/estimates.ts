/**
 * Accuracy of the estimate of a trace: estimated and real seconds on this machine's adapter, for
 * models with random weights, and what the page learns from the run before. Three kinds, ten draws. `npm run measure -- estimates`.
 */
import { learned, paced, type Pace } from '../src/app/pace';
import { GpuBackend } from '../src/engine/backends';
import { runExperiment } from '../src/engine/running';
import { runningModel } from '../src/engine/testing/stubModel';
import { threeKindTrace } from '../src/engine/testing/stubQuestions';
import { nodeGpu } from '../src/gpu/node';
import type { Checkpoint } from '../src/load/open';
import { memoryWeights } from '../src/load/testing/memoryWeights';
import { familyOf } from '../src/model/families';
import { slotsOf } from '../src/model/families/slots';
import { standardNormals } from '../src/util/random';

const DRAWS = 10;
const KIND = { model: 'random', kind: 'causal-trace' };
const gpt2 = (n_layer: number, n_head: number, n_embd: number, vocab_size: number) => ({
  model_type: 'gpt2',
  n_layer,
  n_head,
  n_embd,
  n_positions: 128,
  vocab_size,
});

const SHAPES = [
  { title: 'Atlas, T = 6', config: gpt2(6, 4, 128, 1166), T: 6 },
  { title: 'Atlas, T = 20', config: gpt2(6, 4, 128, 1166), T: 20 },
  { title: 'L = 6, d = 64, T = 81', config: gpt2(6, 4, 64, 1664), T: 81 },
  { title: 'L = 48, d = 64, T = 11', config: gpt2(48, 4, 64, 1664), T: 11 },
];

console.log('| model | run | promised, s | took, s | promised / took | corrected by the run before |');
console.log('| --- | --- | --- | --- | --- | --- |');
for (const { title, config, T } of SHAPES) {
  const model = await openRandom(config);
  // Another number of draws asks another question of the same kind.
  const runs = [DRAWS, DRAWS, 2 * DRAWS].map((draws) => threeKindTrace(model.spec, T, draws));
  let pace: Pace = {};
  for (const [at, asked] of runs.entries()) {
    let [promised, began] = [Number.NaN, Number.NaN];
    const onEvent = (event: { readonly type: string; readonly seconds?: number }) => {
      if (event.type !== 'planned') return;
      promised = event.seconds!;
      began = performance.now();
    };
    await runExperiment(asked, model, {
      signal: new AbortController().signal,
      onEvent,
      store: null,
      key: '',
    });
    const took = (performance.now() - began) / 1000;
    const said = paced(pace, KIND, promised);
    const numbers = [promised, took].map((seconds) => seconds.toFixed(2));
    const ratios = [promised / took, said / took].map((ratio) => ratio.toFixed(2));
    console.log(`| ${[title, at + 1, ...numbers, ...ratios].join(' | ')} |`);
    pace = learned(pace, KIND, promised, took);
  }
}
// The device would keep the process alive.
process.exit(0);

async function openRandom(config: unknown) {
  const family = familyOf(config);
  const spec = family.parseConfig(config);
  const slots = slotsOf(spec, family.modules);
  const values = new Map(
    slots.map(({ name, shape }, i) => {
      const size = shape.reduce((product, n) => product * n, 1);
      return [name, Float32Array.from(standardNormals(i + 1, size), (value) => value / 50)] as const;
    }),
  );
  const checkpoint = { spec, weights: memoryWeights(slots, values) } as unknown as Checkpoint;
  const backend = await GpuBackend.open({ gpu: await nodeGpu() }, checkpoint);
  return runningModel('random', spec, backend);
}

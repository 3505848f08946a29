/**
 * Accuracy of the estimate of a trace: estimated and real seconds on this machine's adapter, for
 * models with random weights. Three kinds, ten draws. `npm run measure -- estimates`.
 */
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

console.log('| model | promised, s | took, s | promised / took |\n| --- | --- | --- | --- |');
for (const { title, config, T } of SHAPES) {
  const model = await openRandom(config);
  const asked = threeKindTrace(model.spec, T, DRAWS);
  let promised = Number.NaN;
  const onEvent = (event: { readonly type: string; readonly seconds?: number }) => {
    if (event.type === 'planned') promised = event.seconds!;
  };
  const began = performance.now();
  await runExperiment(asked, model, { signal: new AbortController().signal, onEvent, store: null, key: '' });
  const took = (performance.now() - began) / 1000;
  console.log(`| ${title} | ${promised.toFixed(2)} | ${took.toFixed(2)} | ${(promised / took).toFixed(2)} |`);
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

/**
 * Adebayo et al. (2018): an order that is still there after the weights are shuffled says nothing of
 * the model. Each matrix is permuted within itself. What is left is due to the architecture: queries
 * and keys act through a softmax, so they matter less than values in any model. Heads of a block, and
 * its neurons, are alike to it: the order among them must be gone.
 */
import { expect, it } from 'vitest';
import type { Golden } from '../../forward/testing';
import { agreement } from '../../statistics/agreement';
import { mean } from '../../statistics/stats';
import { range } from '../../util/range';
import { estimatesOf, referenceOf } from '../graph/testing/estimates';
import { shuffledWeights } from '../testing/shuffled';
import { type Sized, sizesOf, withinKinds } from '../testing/withinKinds';
import { figureOf, openGolden, runStudy } from '../testing/study';
import { patchingExperiment } from './experiment';

const SEEDS = range(1, 9);
const [clean, corrupted, answer, distractor] = [[3, 14, 15, 9, 26], [3, 14, 20, 9, 26], 5, 7];
const shuffledOf = (golden: Golden, seed: number): Golden => ({
  ...golden,
  weights: shuffledWeights(golden.weights, seed),
});

/** Estimates of every head's output, queries, keys and values, and of every neuron. */
async function patches(golden: Golden): Promise<Sized[]> {
  const grids = ['out', 'q', 'k', 'v'].map((part) => `attn_head_${part}_all_pos`);
  const spec = {
    version: 1,
    kind: 'activation-patching',
    model: { id: 'golden', revision: 'local' },
    bos: false,
    metric: 'logit-diff',
    by: 'estimate',
    scale: 'raw',
    grids: [...grids, 'neurons'],
    cases: [
      {
        prompt: 'a',
        tokens: clean,
        corrupted: { prompt: 'b', tokens: corrupted },
        answer: { id: answer },
        distractor: { id: distractor },
      },
    ],
  };
  const document = await runStudy(patchingExperiment, spec, golden);
  return spec.grids.flatMap((grid) => {
    const { values, levels } = figureOf(document, `${grid} estimate`);
    const base = levels!.find(({ name }) => name === 'corrupted')!.value;
    const wide = values.length / golden.spec.nLayers;
    return values.map((value, i) => ({
      kind: `${grid} ${Math.floor(i / wide)}`,
      size: Math.abs(value! - base),
    }));
  });
}

/** 'a0->a1<q>' is the kind of 'a0.h1->a1.h0<q>'. */
async function edges(golden: Golden): Promise<Sized[]> {
  const asked = { clean, corrupted, answer, distractor };
  const found = await estimatesOf(golden, referenceOf(golden), asked, { fields: { method: 'eap' } });
  return [...found].map(([name, value]) => ({
    kind: name.replace(/\.h\d+/g, ''),
    size: Math.abs(value),
  }));
}

it.each([
  ['tiny-a', 'patches', patches],
  ['tiny-llama', 'patches', patches],
  ['tiny-gpt_neox', 'patches', patches],
  ['tiny-a', 'edges', edges],
  ['tiny-llama', 'edges', edges],
  ['tiny-gpt_neox', 'edges', edges],
] as const)('estimates of %s, %s, have another order with shuffled weights', async (name, what, order) => {
  const golden = await openGolden(name);
  const own = await order(golden);
  const k = Math.ceil(own.length / 5);
  const theirs = await Promise.all(SEEDS.map((seed) => order(shuffledOf(golden, seed))));
  const found = theirs.map((one) => agreement(sizesOf(one), sizesOf(own), k));
  const rank = mean(found.map(({ spearman }) => spearman!));
  const top = mean(found.map((one) => one.top));
  const within = mean(theirs.map((one) => withinKinds(one, own)));
  process.stdout.write(
    `${name}, ${own.length} ${what}, ${SEEDS.length} shuffles: Spearman ${rank.toFixed(2)}, among heads and neurons ${within.toFixed(2)}, ` +
      `share of the top ${k}: ${top.toFixed(2)} (any order: ${(k / own.length).toFixed(2)})\n`,
  );
  expect(Math.abs(within)).toBeLessThan(0.15);
  expect(rank).toBeLessThan(0.65);
  expect(top).toBeLessThan(0.5);
});

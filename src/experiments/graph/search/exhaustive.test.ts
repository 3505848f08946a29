import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { loadTruth } from '../../../forward/testing/planted';
import { keptOf, openGraphs } from '../../testing/graphs';

const { find } = await openGraphs('planted');
const truth = await loadTruth('planted');
const example = JSON.parse(await readFile('specs/graph-planted-exhaustive.json', 'utf8')) as object;
const untested = { random: 0, samples: 0, interactions: 0 };
/** A mean over few prompts is close to some of their own values. */
const take = { corrupted: 1, zero: 1, mean: 6 };

describe('every edge cut alone', () => {
  it.each(['corrupted', 'zero', 'mean'] as const)(
    'finds the planted edges and no other: %s',
    async (ablation) => {
      const set = { name: truth.set, take: take[ablation], seed: 1 };
      const document = await find({ ...example, ...untested, ablation, set });
      expect(keptOf(document)).toEqual(new Set(truth.edges[ablation]));
      for (const { kept, score } of document.graph!.edges) expect(Math.abs(score!) > 1e-3).toBe(kept);
    },
  );
});

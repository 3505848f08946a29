import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { loadTruth } from '../../forward/testing/planted';
import { edgeName } from '../../model/edges';
import { builtinContext } from '../testing/builtin';
import { openGolden, runStudy } from '../testing/study';
import { graphExperiment } from './experiment';

const context = await builtinContext('planted');
const golden = await openGolden('planted');
const truth = await loadTruth('planted');
const example = JSON.parse(await readFile('specs/graph-planted-exhaustive.json', 'utf8')) as object;

describe('every edge cut alone', () => {
  it.each(['corrupted', 'zero', 'mean'] as const)(
    'finds the planted edges and no other: %s',
    async (ablation) => {
      const question = {
        ...example,
        ablation,
        ...(ablation === 'mean' ? {} : { set: { name: truth.set, take: 4 } }),
        curve: false,
        random: 0,
        samples: 0,
      };
      const spec = await graphExperiment.resolve(question, context);
      const { graph } = await runStudy(graphExperiment, spec, golden);
      const kept = graph!.edges.filter((edge) => edge.kept).map(edgeName);
      expect(new Set(kept)).toEqual(new Set(truth.edges[ablation]));
      for (const { kept: isKept, score } of graph!.edges) expect(Math.abs(score!) > 1e-3).toBe(isKept);
    },
  );
});

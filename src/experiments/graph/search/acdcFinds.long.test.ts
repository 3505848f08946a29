/** ACDC finds what a plain loop over Hugging Face's model keeps, and the planted circuit. */
import { describe, expect, it } from 'vitest';
import { loadTruth } from '../../../forward/testing/planted';
import { edgeName } from '../../../model/edges';
import { acdcGolden, keptByAcdc } from '../../testing/acdcGoldens';
import { builtinContext } from '../../testing/builtin';
import { readGolden } from '../../testing/goldens';
import { referenceOf, remembering } from '../../testing/rounds';
import { openGolden, runStudy } from '../../testing/study';
import { graphExperiment } from '../experiment';

const tiny = await openGolden('tiny-a');
const theirs = await readGolden('tiny-a', 'acdc', acdcGolden);
const TIMEOUT = 60_000;

describe('tiny-a: the graphs of a plain loop in PyTorch', () => {
  it.each([
    ['corrupted', 'kl'],
    ['zero', 'logit-diff'],
    ['mean', 'kl'],
  ] as const)('%s, %s, five tau', { timeout: TIMEOUT }, async (ablation, measure) => {
    const forward = remembering(referenceOf(tiny));
    const graphs = theirs.graphs.filter((graph) => graph.ablation === ablation && graph.measure === measure);
    expect(graphs.length).toBe(5);
    for (const graph of graphs) {
      const kept = await keptByAcdc(tiny, theirs, graph, forward);
      expect(new Set(kept), `tau ${graph.tau}`).toEqual(new Set(graph.kept));
    }
  });
});

const planted = { golden: await openGolden('planted'), context: await builtinContext('planted') };
const backup = { golden: await openGolden('backup'), context: await builtinContext('backup') };

/** Enough prompts that their mean is no longer an answer, as in the whole set. */
const MEAN_OF = { take: 6, seed: 2 };

async function kept(
  { golden, context }: typeof planted,
  set: string,
  ablation: string,
  fields: object = {},
): Promise<string[]> {
  const taken = ablation === 'mean' ? MEAN_OF : { take: 2 };
  const question = { kind: 'graph', metric: 'logit-diff', method: 'acdc', ablation };
  const spec = await graphExperiment.resolve(
    { ...question, set: { name: set, ...taken }, ...fields },
    context,
  );
  const { graph } = await runStudy(graphExperiment, spec, golden);
  for (const edge of graph!.edges) expect(edge.score === null).toBe(!edge.kept);
  return graph!.edges.filter((edge) => edge.kept).map(edgeName);
}

describe('planted', () => {
  it.each(['corrupted', 'zero', 'mean'] as const)('all of it, %s', { timeout: TIMEOUT }, async (ablation) => {
    const truth = await loadTruth('planted');
    const found = await kept(planted, truth.set, ablation, { measure: 'logit-diff' });
    expect(new Set(found)).toEqual(new Set(truth.edges[ablation]));
  });

  it('but for what a saturated KL does not see', { timeout: TIMEOUT }, async () => {
    const truth = await loadTruth('planted');
    const found = await kept(planted, truth.set, 'zero');
    const missed = truth.edges.zero.filter((name) => !found.includes(name));
    expect(missed).toEqual(['input->a1.h1<q>', 'input->a1.h1<k>']);
    expect(found.length + missed.length).toBe(truth.edges.zero.length);
  });
});

describe('backup: one head that the other stands in for', () => {
  const PRIMARY = ['input->m0', 'm0->a1.h0<v>', 'a1.h0->logits'];

  it.each(['corrupted', 'mean'])(
    'the first head alone, as the twin keeps the second silent: %s',
    async (ablation) => {
      expect(await kept(backup, 'planted-recall', ablation)).toEqual(PRIMARY);
    },
  );

  it('with nothing in their place the second head goes first, and what makes the first one speak is kept', async () => {
    const found = await kept(backup, 'planted-recall', 'zero');
    expect(found).toEqual([
      'input->m0',
      'input->a1.h0<q>',
      'input->a1.h0<k>',
      'm0->a1.h0<v>',
      'a1.h0->logits',
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import type { Cut } from '../../../forward/request/types';
import type { RunForward } from '../../../forward/request/contract';
import { loadTruth } from '../../../forward/testing/planted';
import { edgeName } from '../../../model/edges';
import { keptOf, openGraphs } from '../../testing/graphs';

const { find } = await openGraphs('planted');
const backup = await openGraphs('backup');
const truth = await loadTruth('planted');
/** A mean over few prompts is close to some of their own values. */
const take = { corrupted: 4, zero: 4, mean: 6 };

describe('paths: the planted edges and no other', () => {
  it.each(['corrupted', 'zero', 'mean'] as const)('%s', async (ablation) => {
    const document = await find({ ablation, set: { name: truth.set, take: take[ablation], seed: 1 } });
    expect(keptOf(document)).toEqual(new Set(truth.edges[ablation]));
  });
});

describe('paths', () => {
  it('find no edge of a decoy, whatever the rule, and the same graph again', async () => {
    const decoys = new Set(truth.decoys.map(({ node }) => node));
    for (const rule of ['paired', 'ahmad']) {
      const fields = { rule, set: { name: truth.set, take: 4, seed: 1 } };
      const first = await find(fields);
      if (rule === 'paired') expect(await find(fields)).toEqual(first);
      expect(keptOf(first)).toEqual(new Set(truth.edges.corrupted));
      for (const { from, to, kept } of first.graph!.edges)
        if (decoys.has(from) || decoys.has(to.replace(/<.>$/, ''))) expect(kept).toBe(false);
    }
  });

  it('of one prompt have no test, and say so', async () => {
    const document = await find({ set: { name: truth.set, take: 1 } });
    expect(keptOf(document)).toEqual(new Set(truth.edges.corrupted));
    expect(document.notes.join(' ')).toMatch(/One prompt allows no test: an edge counts if .* 0\.001 of/);
    expect(document.graph!.edges.every(({ p }) => p === undefined)).toBe(true);
  });

  it('keep the edges that only count together: a sender whose receivers stand in for each other', async () => {
    const document = await find({ set: { name: truth.set, take: 3 } }, standingIn);
    expect([...keptOf(document)].sort()).toEqual(
      [...eitherOf, 'a2.h0->logits', 'a2.h1->logits', 'input->m0'].sort(),
    );
    expect(document.notes.join(' ')).toMatch(
      /Kept though not shown to count alone, .*: m0->a2\.h0<v>, m0->a2\.h1<v>\.$/,
    );
    const scores = document.graph!.edges.filter((edge) => eitherOf.includes(edgeName(edge)));
    expect(scores.map(({ score }) => score)).toEqual([0, 0]);
  });
});

/** Two heads of block 2 write the same, and m0 feeds both: cutting one of them changes nothing. */
const eitherOf = ['m0->a2.h0<v>', 'm0->a2.h1<v>'];
const standingIn: RunForward = async ({ runs }) => {
  const answer = (id: string, names: readonly string[]): number => {
    if (id.endsWith('corrupted')) return 0;
    if (names.includes('input->m0') || eitherOf.every((name) => names.includes(name))) return 0;
    return 10 - 4 * names.filter((name) => /^a2\.h[01]->logits$/.test(name)).length;
  };
  const cutsOf = (id: string | undefined): readonly Cut[] => {
    const run = runs.find((one) => one.id === id);
    return run ? [...cutsOf(run.base), ...(run.cuts ?? [])] : [];
  };
  const results = runs.map(({ id }) => {
    const names = cutsOf(id).flatMap(({ senders, receiver }) =>
      senders.map((from) => `${from}->${receiver}`),
    );
    const metric = { answer: answer(id, names), distractor: 0, max: 10, argmax: 0, logSumExp: 10, rank: 0 };
    return [id, { metric, captures: {} }] as const;
  });
  const counters = { dispatches: 0, submits: 0, readbacks: 0, flops: 0, naiveFlops: 0 };
  return { runs: Object.fromEntries(results), counters };
};

describe('the backup head', () => {
  const first = ['input->m0', 'm0->a1.h0<v>', 'a1.h0->logits'];
  // Cutting the first head's input wakes the second, so the search never reaches the facts.
  const spoken = ['a1.h0->logits'];
  it.each([
    ['corrupted', 'paired', first],
    ['corrupted', 'ahmad', first],
    ['zero', 'paired', ['input->a1.h0<k>', ...spoken]],
    ['zero', 'ahmad', spoken],
  ])('leaves found what docs/graphs.md says: %s, rule %s', async (ablation, rule, edges) => {
    const document = await backup.find({ ablation, rule, set: { name: 'planted-recall', take: 6 } });
    expect(keptOf(document)).toEqual(new Set(edges));
  });
});

import { describe, expect, it } from 'vitest';
import { graphExperiment } from '../experiments/graph/experiment';
import type { GraphSpec } from '../experiments/graph/spec';
import { builtinContext } from '../experiments/testing/builtin';
import { openGolden, runStudy } from '../experiments/testing/study';
import { createReferenceForward } from '../forward/reference/forward';
import { loadTruth } from '../forward/testing/planted';
import type { Edit, Run } from '../forward/request/types';
import { edgeName } from '../model/edges';
import { range } from '../util/range';
import { answerWithCuts, measureEdges } from './cuts';

const golden = await openGolden('planted');
const context = await builtinContext('planted');
const truth = await loadTruth('planted');
const forward = createReferenceForward(golden.spec, (name) => golden.weights.get(name)!);
const model = {
  spec: golden.spec,
  backend: { forward, estimate: async () => ({ flops: 0, seconds: 0 }) },
  execution: 'naive' as const,
};
const question = {
  version: 1,
  kind: 'graph',
  method: 'exhaustive',
  model: { id: 'planted' },
  set: { name: truth.set, take: 3 },
  curve: false,
  random: 0,
  samples: 0,
};
const resolve = (change: object = {}) => graphExperiment.resolve({ ...question, ...change }, context);
const spec: GraphSpec = await resolve();

/** Logit difference of every case with the node's output set to the twin's by an edit. */
async function withOutputOfTwin(edit: (rows: readonly number[]) => Omit<Edit, 'op' | 'source' | 'rows'>) {
  const differences: number[] = [];
  for (const one of spec.cases) {
    const rows = range(0, one.tokens.length);
    const source = { kind: 'run', run: 'twin' } as const;
    const metric = {
      row: one.tokens.length - 1,
      answer: one.answer.id,
      distractor: one.distractor!.id,
    };
    const runs: Run[] = [
      { id: 'twin', tokens: one.corrupted!.tokens },
      { id: 'do', tokens: one.tokens, edits: [{ ...edit(rows), rows, op: 'set', source }], metric },
    ];
    const { answer, distractor } = (await forward({ runs, reuse: 'naive' })).runs.do!.metric!;
    differences.push(answer - distractor);
  }
  return differences;
}

describe('the answer with wires cut', () => {
  it('cutting nothing but an idle wire leaves the answer as it is; a planted wire takes it away', async () => {
    const idle = await answerWithCuts({ spec, cut: ['a0.h2->logits'] }, model);
    expect(idle).toMatchObject({ edges: 1, case: 0, prompts: 3, answered: { before: 3, after: 3 } });
    expect(idle.after.top).toEqual(idle.before.top);
    const cut = await answerWithCuts({ spec, cut: ['m0->a1.h1<v>'] }, model);
    expect(cut.answered).toEqual({ before: 3, after: 0 });
    expect(cut.before.top[0]!.id).toBe(spec.cases[0]!.answer.id);
    expect(cut.after.top[0]!.id).not.toBe(spec.cases[0]!.answer.id);
    expect(cut.difference.before).toBeGreaterThan(1);
    expect(Math.abs(cut.difference.after)).toBeLessThan(1e-6);
  });

  it.each([
    ['a2.h0', () => ({ site: 'blocks.2.attn.hook_z', head: 0 })],
    ['m0', () => ({ site: 'blocks.0.hook_mlp_out' })],
    ['a1.h1', () => ({ site: 'blocks.1.attn.hook_z', head: 1 })],
  ])('cutting all wires into %s sets its output to what it is in the twin', async (node, edit) => {
    const done = await withOutputOfTwin(edit);
    for (const [i, difference] of done.entries()) {
      const { after } = await answerWithCuts({ spec, cut: [node], case: i }, model);
      expect(after.difference).toBeCloseTo(difference, 9);
    }
  });

  it('cutting all wires out of a node leaves nothing of it, as cutting all wires into it does', async () => {
    const out = await answerWithCuts({ spec, cut: ['a1.h1->'] }, model);
    const into = await answerWithCuts({ spec, cut: ['a1.h1'] }, model);
    expect(out.after.difference).toBeCloseTo(into.after.difference, 9);
    expect(out.edges).not.toBe(into.edges);
  });

  it('cuts at one position only, where positions are told apart', async () => {
    const tokens = await resolve({ positions: 'tokens', set: { name: truth.set, take: 1 } });
    const at = range(0, spec.cases[0]!.tokens.length);
    const everywhere = await answerWithCuts({ spec: tokens, cut: at.map((t) => `m0@${t}`) }, model);
    const whole = await answerWithCuts({ spec, cut: ['m0'], case: 0 }, model);
    expect(everywhere.after.difference).toBeCloseTo(whole.after.difference, 9);
    const changes = [];
    for (const t of at) {
      const { difference } = await answerWithCuts({ spec: tokens, cut: [`m0@${t}`] }, model);
      if (Math.abs(difference.after - difference.before) > 1e-6) changes.push(t);
    }
    // m0 is read at the name only.
    expect(changes).toHaveLength(1);
  });

  it('refuses what is no wire of the graph, and what is no graph', async () => {
    await expect(answerWithCuts({ spec, cut: ['a9.h9'] }, model)).rejects.toThrow(/no such sender/);
    await expect(answerWithCuts({ spec, cut: ['m0@1'] }, model)).rejects.toThrow(
      "cut: no such wire, got 'm0@1', expected an edge or a node of this graph, without a position.",
    );
    await expect(answerWithCuts({ spec, cut: ['m0'], case: 7 }, model)).rejects.toThrow(
      /prompt 7 does not count/,
    );
    await expect(answerWithCuts({ spec: { ...spec, kind: 'ablation' }, cut: ['m0'] }, model)).rejects.toThrow(
      /not a graph's question/,
    );
  });
});

it('an edge measured by itself has the score that cutting every edge alone gives it', async () => {
  // Intervals need at least five subjects.
  const cases = [...spec.cases, ...spec.cases].map((one, i) => ({ ...one, label: `subject:${i}` }));
  const eight = { ...spec, cases };
  const { graph } = await runStudy(graphExperiment, eight, golden);
  const names = ['m0->a1.h1<v>', 'a2.h0->logits', 'a0.h2->logits'];
  const measured = await measureEdges({ spec: eight, cut: names }, model);
  expect(measured.map(({ name }) => name).sort()).toEqual([...names].sort());
  for (const { name, score, interval, kl } of measured) {
    const edge = graph!.edges.find((one) => edgeName(one) === name)!;
    expect(score).toBeCloseTo(edge.score!, 9);
    expect(interval![0]).toBeCloseTo(edge.interval![0], 9);
    expect(interval![1]).toBeCloseTo(edge.interval![1], 9);
    expect(kl > 1e-6).toBe(Math.abs(score) > 1e-6);
  }
});

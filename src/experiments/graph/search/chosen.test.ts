import { describe, expect, it } from 'vitest';
import { createReferenceForward } from '../../../forward/reference/forward';
import { edgeName, edgesOf, sendersOf, senderName } from '../../../model/edges';
import { openGolden, runStudy } from '../../testing/study';
import { graphExperiment } from '../experiment';
import { keptOf, openGraphs } from '../../testing/graphs';

const planted = await openGraphs('planted');
const recall = { name: 'planted-recall', take: 1 };

describe('chosen edges', () => {
  it('are the graph, each with what it does alone, whatever that is', async () => {
    const edges = ['a1.h1->logits', 'a0.h3->logits', 'm0->a1.h1<v>'];
    const document = await planted.find({ method: 'chosen', edges, set: { ...recall, take: 3 } });
    expect(keptOf(document)).toEqual(new Set(edges));
    const scores = Object.fromEntries(document.graph!.edges.map((edge) => [edgeName(edge), edge.score]));
    expect(scores['a0.h3->logits']).toBeCloseTo(0, 9);
    expect(scores['a1.h1->logits']).toBeCloseTo(1, 9);
    expect(document.finding).toMatch(/^3 chosen of 262 edges/);
  });

  it('of a whole stream stand beside the graph, and are worth what all of its parts are to the logits', async () => {
    const edges = ['resid2->logits', 'resid1->m2'];
    const { graph } = await planted.find({ method: 'chosen', edges, set: recall });
    expect(graph!.edges.map(edgeName)).toEqual(edges);
    expect(graph!.total).toBe(262);
    expect(graph!.nodes.filter(({ kind }) => kind === 'resid').map(({ id }) => id)).toEqual([
      'resid2',
      'resid1',
    ]);
    expect(graph!.edges.map(({ score }) => score)).toEqual([expect.closeTo(1, 9), expect.closeTo(0, 9)]);
  });

  it.each([
    [{ edges: ['a0.h0->m9'] }, /^graph: edges: no such receiver, got 'm9', expected .*\.$/],
    [{ edges: ['a0.h9->m0'] }, /^graph: edges: no such sender, got 'a0\.h9', expected .*\.$/],
    [{ edges: ['m2->m0'] }, /^graph: edges: is no edge, got 'm2->m0', expected a sender that comes before/],
    [{ edges: ['m0'] }, /^graph: edges: is no edge, got 'm0', expected a name such as/],
    [
      { edges: ['m0->logits', 'm0->logits'] },
      /^graph: edges: has an edge twice, got 'm0->logits', expected each once\.$/,
    ],
    [{ edges: ['m0->logits@1'] }, /^graph: edges: has a position, got 'm0->logits@1', expected none/],
    [
      { edges: ['m0->logits@1'], positions: 'tokens' },
      /^graph: edges: has no such position, got 'm0->logits@1', expected one of m0->logits@2\.$/,
    ],
    [{ edges: [] }, /^graph: edges/],
    [{}, /^graph: edges: wrong value, got nothing, expected a list with method 'chosen'/],
    [
      { edges: ['m0->logits'], neurons: ['a0.h0'] },
      /^graph: neurons: wrong value, got 'a0\.h0', expected MLPs/,
    ],
    [
      { edges: ['m0->logits'], neurons: ['m0', 'm0'] },
      /^graph: neurons: wrong value, got 'm0', expected MLPs.* each once\.$/,
    ],
  ])('are refused in one sentence: %j', async (fields, message) => {
    await expect(planted.resolve({ method: 'chosen', set: recall, ...fields })).rejects.toThrow(message);
  });
});

describe('neurons', () => {
  it.each([
    ['zero', ['m0.n0->a1.h1<v>']],
    // In the twin, another name fires another neuron.
    ['corrupted', ['m0.n0->a1.h1<v>', 'm0.n1->a1.h1<v>']],
  ])('of an MLP are scored into what the graph has it write to: %s', async (ablation, expected) => {
    const { graph } = await planted.find({ ablation, set: recall, neurons: ['m0'] });
    const neurons = graph!.edges.filter(({ from }) => from.includes('.n'));
    expect(neurons.map(({ from }) => from)).toEqual(Array.from({ length: 8 }, (_, n) => `m0.n${n}`));
    expect(neurons.filter(({ kept }) => kept).map(edgeName)).toEqual(expected);
    expect(graph!.nodes.filter(({ kind }) => kind === 'neuron')).toHaveLength(8);
    expect(graph!.total).toBe(262);
  });

  it('of an MLP that is not in the graph are not looked at, and a note says so', async () => {
    const { graph, notes } = await planted.find({ set: recall, neurons: ['m2'] });
    expect(graph!.edges.some(({ from }) => from.includes('.n'))).toBe(false);
    expect(notes).toContain('No edge of m2 is in the graph, so none of its neurons was looked at.');
  });
});

it('an edge to logits without a norm is worth exactly its sender through the unembedding', async () => {
  const golden = await openGolden('tiny-planted');
  const { spec: model, weights } = golden;
  const names = edgesOf(model)
    .filter(({ to }) => to === 'logits')
    .map(edgeName);
  const [tokens, twin, answer, distractor] = [[1, 7, 3, 12, 9], [1, 8, 4, 2, 11], 5, 6];
  const { graph } = await runStudy(
    graphExperiment,
    {
      version: 1,
      kind: 'graph',
      method: 'chosen',
      edges: names,
      model: { id: 'tiny-planted', revision: 'local' },
      bos: false,
      metric: 'logit-diff',
      cases: [
        {
          prompt: 'a',
          tokens,
          answer: { id: answer },
          distractor: { id: distractor },
          corrupted: { prompt: 'b', tokens: twin },
        },
      ],
    },
    golden,
  );
  const { nLayers: L, dModel: D } = model;
  const forward = createReferenceForward(model, (name) => weights.get(name)!);
  const layers = Array.from({ length: L }, (_, l) => [
    `blocks.${l}.attn.hook_result`,
    `blocks.${l}.hook_mlp_out`,
  ]).flat();
  const captures = ['blocks.0.hook_resid_pre', ...layers].map((site) => ({ site, rows: [4] }));
  const { runs } = await forward({
    runs: [
      { id: 'x', tokens, captures },
      { id: 'y', tokens: twin, captures },
    ],
    reuse: 'naive',
  });
  const unembedding = weights.get('unembed.W_U')!;
  const towards = (c: number) => unembedding[answer * D + c]! - unembedding[distractor * D + c]!;
  const worth = sendersOf(model).map((from) => {
    const site =
      from.part === 'input'
        ? 'blocks.0.hook_resid_pre'
        : from.part === 'head'
          ? `blocks.${from.layer}.attn.hook_result`
          : `blocks.${(from as { layer: number }).layer}.hook_mlp_out`;
    const first = from.part === 'head' ? from.head * D : 0;
    const changes = Array.from(
      { length: D },
      (_, c) =>
        (runs.x!.captures[site]!.data[first + c]! - runs.y!.captures[site]!.data[first + c]!) * towards(c),
    );
    return [`${senderName(from)}->logits`, changes.reduce((sum, change) => sum + change, 0)] as const;
  });
  const { clean, corrupted } = graph!.levels;
  const scores = new Map(graph!.edges.map((edge) => [edgeName(edge), edge.score!]));
  for (const [name, change] of worth)
    expect(scores.get(name), name).toBeCloseTo(change / (clean - corrupted), 6);
  expect(worth.reduce((sum, [, change]) => sum + change, 0)).toBeCloseTo(clean - corrupted, 5);
});

import { describe, expect, it } from 'vitest';
import { compareGraphs } from '../../results/compareGraphs';
import { edgeKey, type Graph } from '../../results/graph';
import { PLANTED, sampleCircuit } from '../../results/testing/sampleCircuit';
import { changed } from './changes';
import { layoutOf } from './layout';
import { legendItems } from './legend';
import { litBy } from './lit';
import { overlayGraphs } from './overlay';
import { pictureOf } from './picture';
import { graphSummary } from './select';
import { strokes } from './stroke';
import { graphSvg } from './svg';
import { AS_FOUND, type GraphView } from './view';
import { wordsOfEdge } from './words';

const a = sampleCircuit(PLANTED);
/** Keeps these edges, not A's first three; lacks one edge of A. */
const GONE = ['m0->a1.h2<q>', 'm0->a1.h2<v>', 'a3.h3->logits'];
const NEW = ['m1->logits', 'm2->logits'];
const b: Graph = {
  ...a,
  edges: a.edges
    .filter((edge) => edgeKey(edge) !== 'a3.h3->logits')
    .map((edge) => {
      const name = edgeKey(edge);
      const score = edge.score === null ? null : edge.score / 2;
      if (NEW.includes(name)) return { ...edge, kept: true, score: -0.9, interval: null, measured: false };
      return { ...edge, kept: edge.kept && !GONE.includes(name), score, interval: null };
    }),
};
const both = overlayGraphs(a, b);
const drawn = (view: GraphView = AS_FOUND) => pictureOf(both, layoutOf(both, 720), view);
const edgeOf = (id: string, view?: GraphView) => drawn(view).edges.find((edge) => edge.id === id)!;

describe('two graphs as one', () => {
  it('hold the edges that either keeps, each once, with its side and both scores', () => {
    const kept = (graph: Graph) => graph.edges.filter((edge) => edge.kept).map(edgeKey);
    expect(both.edges.map(edgeKey).sort()).toEqual([...new Set([...kept(a), ...kept(b)])].sort());
    const named = (side: string) => both.edges.filter(({ held }) => held!.side === side).map(edgeKey);
    expect(named('a').sort()).toEqual([...GONE].sort());
    expect(named('b').sort()).toEqual(NEW);
    const { both: shared, onlyA, onlyB } = compareGraphs(a, b);
    expect(both.sides).toEqual({ shared, a: onlyA, b: onlyB });
    const answer = both.edges.find((edge) => edgeKey(edge) === 'a3.h3->logits')!;
    expect(answer).toMatchObject({ score: 0.62, held: { a: { score: 0.62 }, b: null } });
    const first = both.edges.find((edge) => edgeKey(edge) === 'input->m0')!;
    expect(first).toMatchObject({ score: 0.41, held: { a: { score: 0.41 }, b: { score: 0.205 } } });
    expect(both.truth).toBeUndefined();
    expect(graphSummary(both)).toBe('14 edges of A and B: 9 in both, 3 only in A, 2 only in B');
  });

  it('have the nodes of both, and one graph alone has no sides', () => {
    const neuron = { id: 'm1.n7', kind: 'neuron' as const, layer: 1 };
    const { nodes } = overlayGraphs(a, { ...b, nodes: [...b.nodes, neuron] });
    expect(nodes).toEqual([...a.nodes, neuron]);
    const alone = pictureOf(a, layoutOf(a, 720), AS_FOUND);
    expect(alone.sides).toBeNull();
    expect(alone.edges.every(({ side }) => side === null)).toBe(true);
  });

  it('are drawn in the same places, pruned by strength, and traced along the edges of either', () => {
    expect(layoutOf(both, 720)).toEqual(layoutOf(a, 720));
    const three = drawn({ ...AS_FOUND, prune: { by: 'edges', count: 3 } });
    expect(three.edges.map(({ id }) => id).sort()).toEqual(['a3.h3->logits', ...NEW]);
    expect(three.sides).toEqual({ shared: 0, a: 1, b: 2 });
    const picture = drawn();
    const lit = litBy(picture, ['logits'])!;
    const names = lit.edges.map((e) => picture.edges[e]!.id);
    for (const name of ['m1->logits', 'a3.h3->logits', 'm3->logits']) expect(names).toContain(name);
  });

  it('look apart by dash and hue, and what both keep looks as in one graph', () => {
    const strokeOf = strokes('light', drawn().most, drawn().edges.length);
    const [shared, ofA, ofB] = ['input->m0', 'm0->a1.h2<v>', 'm1->logits'].map((id) => strokeOf(edgeOf(id)));
    for (const of of ['dash', 'colour'] as const)
      expect(new Set([shared, ofA, ofB].map((stroke) => String(stroke![of]))).size).toBe(3);
    const alone = pictureOf(a, layoutOf(a, 720), AS_FOUND);
    const own = alone.edges.find(({ id }) => id === 'input->m0')!;
    const ownColour = strokes('light', alone.most, alone.edges.length)(own).colour;
    expect(shared!.dash).toEqual([]);
    expect(shared!.colour).toBe(ownColour);
    const cut = edgeOf('m1->logits', { ...AS_FOUND, cut: ['logits'] });
    expect(strokeOf(cut)).toMatchObject({
      dash: ofB!.dash,
      colour: strokeOf({ ...cut, score: null }).colour,
    });
  });

  it('say which graph an edge is in, with both scores', () => {
    const lines = (id: string, view?: GraphView) => wordsOfEdge(edgeOf(id, view), drawn(view), both).lines;
    expect(lines('input->m0')[0]).toBe('In both graphs.');
    expect(lines('input->m0')[1]).toMatch(/^Score in A: \+41\s% \[[\d.]+, [\d.]+\]\.$/);
    expect(lines('input->m0')[2]).toMatch(/^Score in B: \+20\.?5?\s%\.$/);
    expect(lines('a3.h3->logits').slice(0, 1)).toEqual(['Only in graph A.']);
    expect(lines('a3.h3->logits')[2]).toBe('Score in B: not measured.');
    expect(lines('m1->logits')[0]).toBe('Only in graph B.');
    expect(lines('m1->logits')[2]).toMatch(/^Score in B: −90\s%, estimated\.$/);
  });

  it('of a group the scores of two graphs are not added up', () => {
    const view = changed(AS_FOUND, { do: 'group', nodes: ['m1', 'm3'], name: 'late' });
    const sum = edgeOf('late->logits', view);
    expect(sum).toMatchObject({ side: 'shared', score: 0.21 });
    expect(wordsOfEdge(sum, drawn(view), both).lines).toEqual([
      '2 edges: 1 in both, 0 only in A, 1 only in B.',
      expect.stringMatching(/^Summed score in A: \+21\s%\.$/),
      expect.stringMatching(/^Summed score in B: −79\.?5?\s%\.$/),
    ]);
    const alone = changed(AS_FOUND, { do: 'group', nodes: NEW.map((name) => name.slice(0, 2)), name: 'new' });
    expect(edgeOf('new->logits', alone)).toMatchObject({ side: 'b', score: -1.8 });
  });

  it('are exported as they are drawn, with the counts', () => {
    const svg = graphSvg(both, AS_FOUND);
    expect(svg.match(/<path class="edge"/g)).toHaveLength(14);
    expect(svg.match(/<path class="edge"[^>]*stroke-dasharray="9 4"/g)).toHaveLength(3);
    expect(svg.match(/<path class="edge"[^>]*stroke-dasharray="1.5 2.5"/g)).toHaveLength(2);
    for (const { words } of legendItems('light', both.sides!)) expect(svg).toContain(`>${words}</text>`);
    expect(svg).toContain('only in A (3)');
  });
});

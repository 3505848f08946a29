import { printGraph } from '../../results/printGraph';
import { describe, expect, it } from 'vitest';
import type { Graph } from '../../results/graph';
import { GPT2_SMALL, PLANTED, sampleCircuit } from '../../results/testing/sampleCircuit';
import { sampleChannels } from '../../results/testing/sampleChannels';
import { reachedFrom } from '../../ui/graph/reach';
import { indexCurves } from '../../ui/graph/curveIndex';
import { pointOn } from '../../ui/graph/curves';
import { edgesBehind, namesToCut, offeredActions } from './actions';
import { neighbour } from './keys';
import { edgeLabels } from './labels';
import { layoutOf } from './layout';
import type { Layout } from './layoutParts';
import { litBy, MOST_LIT } from './lit';
import { pictureOf } from './picture';
import { drawnCount, drawnEdges, keptCount, nearestPoint, openingPrune, rankedEdges } from './prune';
import { selectTruth } from './select';
import { graphSvg } from './svg';
import { changed } from './changes';
import { AS_FOUND, type GraphView } from './view';
import { wordsOfEdge } from './words';

const planted = sampleCircuit(PLANTED);
const tokens = ['[BOS]', '·When', '·Mary', '·and', '·John', '·gave'];
const layout = layoutOf(planted, 720);
const drawn = (view: GraphView, graph: Graph = planted) => pictureOf(graph, layoutOf(graph, 720), view);
const ALL: GraphView = { ...AS_FOUND, prune: { by: 'edges', count: 1e6 } };

describe('layout', () => {
  it.each([
    ['planted, wide', planted, 960],
    ['planted on a phone', planted, 330],
    ['GPT-2 small', sampleCircuit(GPT2_SMALL), 720],
    ['token by token', sampleCircuit({ layers: 2, heads: 4, positions: tokens }), 720],
    ['channels of a net', sampleChannels(), 720],
    ['channels on a phone', sampleChannels(), 330],
    ['fewer key-value heads', sampleCircuit({ layers: 3, heads: 8, kvHeads: 2 }), 500],
  ])('%s: nothing overlaps and everything is inside', (_, graph, width) => {
    const { places, width: wide, height } = layoutOf(graph, width);
    const all = [...places.values()];
    expect(all).toHaveLength(graph.nodes.length);
    for (const [i, a] of all.entries()) {
      expect(Math.min(a.x - a.w, a.y - a.h)).toBeGreaterThanOrEqual(0);
      expect(a.x + a.w).toBeLessThanOrEqual(wide);
      expect(a.y + a.h).toBeLessThanOrEqual(height);
      for (const b of all.slice(i + 1)) {
        const isApart = Math.abs(a.x - b.x) >= a.w + b.w || Math.abs(a.y - b.y) >= a.h + b.h;
        expect(isApart, `${JSON.stringify(a)} and ${JSON.stringify(b)}`).toBe(true);
      }
    }
  });

  it('has embeddings below, logits above, and each MLP above its heads', () => {
    const y = (id: string, of: Layout = layout) => of.places.get(id)!.y;
    const upwards = ['input', 'a0.h0', 'm0', 'a1.h3', 'm1', 'a3.h0', 'm3', 'logits'].map((id) => y(id));
    expect(upwards).toEqual([...upwards].sort((a, b) => b - a));
    expect(new Set(upwards).size).toBe(upwards.length);
  });

  it('has a row per layer of a net, the class above, and says what its channels are', () => {
    const channels = sampleChannels();
    const { places, blocks } = layoutOf(channels, 720);
    const rows = ['block.1/relu:3', 'features:12', 'logits'].map((id) => places.get(id)!.y);
    expect(rows).toEqual([...rows].sort((a, b) => b - a));
    expect(new Set(['block.1/relu:0', 'block.1/relu:17'].map((id) => places.get(id)!.y)).size).toBe(1);
    expect(blocks.map(({ name }) => name)).toEqual(['block.1/relu', 'features']);
    const picture = pictureOf(channels, layoutOf(channels, 720), ALL);
    const said = picture.edges.map((edge) => wordsOfEdge(edge, picture, channels).label);
    expect(said.join('\n')).toContain(
      'channel 3 of block.1/relu → channel 4 of features. Cutting this edge costs 37.5',
    );
    expect(said.join('\n')).toContain(
      'channel 17 of block.1/relu → channel 12 of features. Not measured alone.',
    );
    expect(graphSvg(channels, ALL)).toContain('>17<');
    expect(printGraph(channels)).toContain('logit of the class 12');
  });

  it('fits a height, however many blocks', () => {
    for (const layers of [4, 12, 48]) {
      const { height, places } = layoutOf(sampleCircuit({ layers, heads: 2 }), 720, 520);
      expect(height).toBeLessThan(520.1);
      for (const { y, h } of places.values()) expect(y + h).toBeLessThanOrEqual(height);
    }
  });

  it('does not depend on scores or on what is kept', () => {
    const other = sampleCircuit(PLANTED, 2);
    expect(layoutOf({ ...other, edges: other.edges.slice(0, 5) }, 720)).toEqual(layout);
  });

  it('puts tokens left to right', () => {
    const { places } = layoutOf(sampleCircuit({ layers: 1, heads: 2, positions: tokens }), 720);
    const x = tokens.map((_, at) => places.get(`a0.h1@${at}`)!.x);
    expect(x).toEqual([...x].sort((a, b) => a - b));
  });

  it('places neurons and the stream beside what they belong to', () => {
    const nodes = [
      { id: 'm1.n7', kind: 'neuron' as const, layer: 1 },
      { id: 'm1.n3', kind: 'neuron' as const, layer: 1 },
      { id: 'resid1', kind: 'resid' as const, layer: 1 },
    ];
    const { places } = layoutOf({ ...planted, nodes: [...planted.nodes, ...nodes] }, 720);
    expect(places.get('m1.n3')!.y).toBe(places.get('m1')!.y);
    expect(places.get('m1.n3')!.x).toBeLessThan(places.get('m1.n7')!.x);
    expect(places.get('resid1')!.y).toBeGreaterThan(places.get('a1.h0')!.y);
  });
});

describe('pruning', () => {
  const ranked = rankedEdges(planted);

  it('takes the edges that were found first, then the strongest, each size within the next', () => {
    const kept = keptCount(planted);
    expect([...ranked.subarray(0, kept)].every((e) => planted.edges[e]!.kept)).toBe(true);
    // Unscored edges come last.
    const rest = [...ranked.subarray(kept)].map((e) => Math.abs(planted.edges[e]!.score ?? 0));
    expect(rest).toEqual([...rest].sort((a, b) => b - a));
    const sets = [3, 12, 40, 200].map(
      (count) => new Set(drawnEdges(planted, ranked, { by: 'edges', count })),
    );
    sets.slice(1).forEach((more, i) => {
      expect([...sets[i]!].every((e) => more.has(e))).toBe(true);
    });
    expect(sets.map(({ size }) => size)).toEqual([3, 12, 40, 200]);
  });

  it('counts by number, by threshold and as found', () => {
    expect(drawnCount(planted, { by: 'found' })).toBe(keptCount(planted));
    expect(drawnCount(planted, { by: 'edges', count: 1e6 })).toBe(planted.edges.length);
    const strong = drawnEdges(planted, ranked, { by: 'threshold', least: 0.2 });
    expect(strong.length).toBe(drawnCount(planted, { by: 'threshold', least: 0.2 }));
    expect([...strong].every((e) => Math.abs(planted.edges[e]!.score!) >= 0.2)).toBe(true);
  });

  it('finds the measured size nearest to another', () => {
    const { curve } = planted.truth!;
    expect(nearestPoint(curve, planted.edges.length)!.share).toBe(1);
    expect(nearestPoint(undefined, 3)).toBeNull();
  });
});

describe('what a graph opens on', () => {
  const opened = (change: (graph: Graph) => Graph = (graph) => graph) => openingPrune(change(planted));
  const curve =
    (...points: readonly [number, number][]) =>
    (graph: Graph): Graph => ({
      ...graph,
      truth: {
        ...graph.truth!,
        curve: points.map(([edges, faithfulness]) => ({
          share: edges / 260,
          edges,
          faithfulness,
          interval: null,
        })),
      },
    });

  it('is the fewest edges that keep 90 %, the strongest of the graph found', () => {
    expect(opened(curve([2, 0.4], [5, 0.91], [8, 0.95], [200, 1]))).toEqual({ by: 'edges', count: 5 });
    expect(opened(curve([2, 0.4], [5, 0.8], [20, 0.95]))).toEqual({ by: 'found' });
    expect(opened((graph) => ({ ...graph, truth: undefined }))).toEqual({ by: 'found' });
  });

  it('is the graph found if its edges are not the strongest, which the curve is of', () => {
    const weak = (graph: Graph) => ({
      ...graph,
      edges: graph.edges.map((edge) => (edge.kept ? { ...edge, score: 0 } : edge)),
    });
    expect(opened((graph) => curve([5, 0.91])(weak(graph)))).toEqual({ by: 'found' });
  });
});

describe('the picture', () => {
  it('writes the scores of the ten strongest edges, apart from each other and from nodes', () => {
    const picture = drawn(ALL);
    const labels = edgeLabels(picture);
    expect(labels.length).toBeGreaterThan(6);
    expect(labels.length).toBeLessThanOrEqual(10);
    const scores = picture.edges.map(({ score }) => Math.abs(score ?? 0)).sort((a, b) => b - a);
    for (const { edge, x, y } of labels) {
      expect(Math.abs(picture.edges[edge]!.score!)).toBeGreaterThanOrEqual(scores[9]!);
      for (const { place } of picture.nodes)
        expect(Math.abs(place.x - x) < place.w && Math.abs(place.y - y) < place.h).toBe(false);
    }
  });

  it('draws the 32,491 edges of GPT-2 small', () => {
    const graph = sampleCircuit(GPT2_SMALL);
    expect(graph.edges).toHaveLength(32_491);
    expect(drawn(ALL, graph).edges).toHaveLength(32_491);
    expect(drawn(AS_FOUND, graph).edges).toHaveLength(keptCount(graph));
  });

  it('traces paths up and down, over the edges that are drawn alone', () => {
    const { links, adjacency, indexOf, nodes, edgeIndexOf, edges } = drawn(AS_FOUND);
    const { nodes: seen, edges: on } = reachedFrom(links, adjacency, [{ node: indexOf.get('a1.h2')! }]);
    expect(marked(seen, nodes).sort()).toEqual([
      'a0.h1',
      'a1.h2',
      'a3.h0',
      'a3.h3',
      'input',
      'logits',
      'm0',
      'm3',
    ]);
    const names = marked(on, edges);
    expect(names).toContain('input->a0.h1<v>');
    expect(names).not.toContain('m0->a3.h3<v>');
    const edge = reachedFrom(links, adjacency, [{ edge: edgeIndexOf.get('a1.h2->m3')! }]);
    expect(marked(edge.nodes, nodes)).not.toContain('a3.h3');
  });

  it('lets keys of one token be read by later ones', () => {
    const graph = sampleCircuit({ layers: 4, heads: 4, positions: tokens });
    const { links, adjacency, indexOf, nodes } = drawn(AS_FOUND, graph);
    const { nodes: seen } = reachedFrom(links, adjacency, [{ node: indexOf.get('input@0')! }]);
    expect(marked(seen, nodes)).toContain(`logits@${tokens.length - 1}`);
  });

  it('leads keys that heads share to all of them', () => {
    const { edges, nodes } = drawn(AS_FOUND, sampleCircuit({ layers: 4, heads: 4, kvHeads: 2 }));
    const shared = edges.find(({ id }) => id === 'a0.h1->a1.h1<k>')!;
    expect(shared.to.map((i) => nodes[i]!.id)).toEqual(['a1.h2', 'a1.h3']);
  });

  it('sums the edges of a group, and draws none inside it', () => {
    const grouped = changed(ALL, { do: 'group', nodes: ['a0.h1', 'm0'], name: 'early' });
    const { edges, nodes, indexOf } = drawn(grouped);
    expect(indexOf.has('m0')).toBe(false);
    expect(nodes.find(({ id }) => id === 'early')!.members).toEqual(['a0.h1', 'm0']);
    expect(edges.filter(({ from, to }) => from === to[0])).toEqual([]);
    const wanted = planted.edges.filter(
      ({ from, to }) => ['a0.h1', 'm0'].includes(from) && to === 'a1.h2<k>',
    );
    const sum = wanted.reduce((total, { score }) => total + (score ?? 0), 0);
    const merged = edges.find(({ id }) => id === 'early->a1.h2<k>')!;
    expect(merged.edges).toHaveLength(2);
    expect(merged.score).toBeCloseTo(sum, 12);
    expect(wordsOfEdge(merged, drawn(grouped), planted).lines[0]).toContain(
      'the sum of 2 edges cut one at a time',
    );
    const estimated = wordsOfEdge({ ...merged, measured: false }, drawn(grouped), planted);
    expect(estimated.lines[0]).toContain('the sum of 2 edges, estimated at least in part');
    const total = edges.reduce((n, edge) => n + edge.edges.length, 0);
    const inside = planted.edges.filter(({ from, to }) => from === 'a0.h1' && to === 'm0').length;
    expect(total).toBe(planted.edges.length - inside);
  });

  it('leaves out hidden nodes with their edges, and marks what is cut', () => {
    const view = [
      { do: 'hide' as const, ids: ['m0'] },
      { do: 'cut' as const, ids: ['a3.h3', 'm3->logits'] },
    ].reduce(changed, AS_FOUND);
    const { edges } = drawn(view);
    expect(edges.some(({ id }) => id.includes('m0'))).toBe(false);
    expect(
      edges
        .filter(({ cut }) => cut)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(['a1.h2->a3.h3<q>', 'm3->logits']);
  });

  it('draws as cut what is cut: wires into a node, wires out of one, wires by name', () => {
    const cutIn = (names: readonly string[], graph: Graph = planted, view: GraphView = AS_FOUND) =>
      drawn({ ...view, cut: [...names] }, graph)
        .edges.filter(({ cut }) => cut)
        .map(({ id }) => id)
        .sort();
    expect(cutIn(['a1.h2'])).toEqual(['a0.h1->a1.h2<k>', 'm0->a1.h2<q>', 'm0->a1.h2<v>']);
    expect(cutIn(['a1.h2->'])).toEqual(['a1.h2->a3.h0<q>', 'a1.h2->a3.h3<q>', 'a1.h2->m3']);
    expect(cutIn(['a3.h3->logits'])).toEqual(['a3.h3->logits']);
    const shared = sampleCircuit({ layers: 4, heads: 4, kvHeads: 2 });
    expect(cutIn(['a1.h3'], shared)).toContain('a0.h1->a1.h1<k>');
    const placed = sampleCircuit({ layers: 4, heads: 4, positions: tokens });
    const [into] = placed.edges.filter(({ to, at, kept }) => to === 'm0' && at === 1 && kept);
    expect(into).toBeDefined();
    expect(cutIn(['m0@1'], placed)).toEqual(['input->m0@1']);
    expect(cutIn(['input->@1'], placed)).toEqual(['input->m0@1']);
  });

  it('of a cut group the wires into its nodes are cut, of a sum all parts by their names', () => {
    const grouped = changed(AS_FOUND, { do: 'group', nodes: ['a1.h2', 'm3'], name: 'late' });
    const cut = drawn(changed(grouped, { do: 'cut', ids: ['late'] }));
    expect(cut.nodes.find(({ id }) => id === 'late')!.cut).toBe(true);
    const ends = cut.edges.filter((edge) => edge.cut).map(({ to }) => cut.nodes[to[0]!]!.id);
    expect(new Set(ends)).toEqual(new Set(['late']));
    expect(cut.edges.find(({ id }) => id === 'late->logits')!.cut).toBe(false);
    const names = namesToCut(['late->logits', 'm0'], drawn(grouped), planted);
    expect(names).toEqual(['m3->logits', 'm0']);
    expect(
      drawn(changed(grouped, { do: 'cut', ids: names })).edges.find(({ id }) => id === 'late->logits')!.cut,
    ).toBe(true);
  });

  it('finds the edge under a point as a search of all edges does', () => {
    const { curves, edges } = drawn(ALL);
    const index = indexCurves(curves, layout.width, layout.height);
    for (let i = 0; i < edges.length; i += 7) {
      const { x, y } = pointOn(curves, i, 0.37);
      const found = index.near(x, y, 6)!;
      expect(distance(curves, found, x, y)).toBeLessThanOrEqual(distance(curves, i, x, y) + 0.3);
    }
    expect(index.near(-100, -100, 6)).toBeNull();
  });
});

describe('what is done to the picture', () => {
  it('lights the strongest of many paths, and counts them all', () => {
    const picture = drawn(ALL);
    const lit = litBy(picture, ['input'])!;
    expect(lit.edges).toHaveLength(MOST_LIT);
    expect(lit.total).toBeGreaterThan(MOST_LIT);
    expect(picture.edges[lit.edges.at(-1)!]!.id).toBe('a3.h3->logits');
    expect(litBy(picture, ['nothing'])).toBeNull();
  });

  it('goes by key along the strongest edge, and past nodes without edges', () => {
    const picture = drawn(AS_FOUND);
    expect(neighbour(picture, 'a1.h2', 'ArrowUp')).toBe('a3.h3');
    expect(neighbour(picture, 'a1.h2', 'ArrowDown')).toBe('a0.h1');
    expect(neighbour(picture, 'a3.h3', 'ArrowLeft')).toBe('a3.h0');
    expect(neighbour(picture, 'a1.h2->m3', 'ArrowUp')).toBe('m3');
    expect(neighbour(picture, 'logits', 'ArrowUp')).toBeNull();
  });

  it('names the edges behind nodes and sums, and what others can do with them', () => {
    const behind = edgesBehind(['a3.h3'], drawn(AS_FOUND), planted);
    expect(behind).not.toContain('a3.h3->logits');
    expect(behind).toContain('input->a3.h3<k>');
    const grouped = drawn(changed(AS_FOUND, { do: 'group', nodes: ['a0.h1', 'm0'], name: 'early' }));
    expect(edgesBehind(['early->a1.h2<k>'], grouped, planted)).toEqual(['a0.h1->a1.h2<k>']);
    const offered = offeredActions('a3.h3', drawn(AS_FOUND), planted, ['attention', 'measure']);
    expect(offered).toEqual([{ label: 'Attention map', action: { type: 'attention', layer: 3, head: 3 } }]);
  });
});

describe('words and numbers', () => {
  it('say what cutting an edge costs, with the interval', () => {
    const picture = drawn(AS_FOUND);
    const edge = picture.edges.find(({ id }) => id === 'a0.h1->a1.h2<k>')!;
    const { title, lines } = wordsOfEdge(edge, picture, planted);
    expect(title).toBe('head 1 of block 0 → keys of head 2 of block 1');
    expect(lines[0]).toMatch(/^Cutting this edge costs 31\s% of the answer \[[\d.]+, [\d.]+\]\.$/);
    const against = picture.edges.find(({ score }) => score! < 0)!;
    expect(wordsOfEdge(against, picture, planted).lines[0]).toMatch(/^Cutting this edge adds/);
  });

  it('stand beside the graph, each with its interval, and only if measured', () => {
    const lines = selectTruth(planted);
    expect(lines.map(({ name }) => name)).toEqual([
      'Faithfulness',
      'Held out',
      'Random graphs',
      'Complement',
      'Completeness',
      'Minimality',
      'CPR',
      'CMD',
      'Stability',
    ]);
    expect(lines[0]!.value).toMatch(/^93\s% \[88, 97\]$/);
    expect(selectTruth({ ...planted, truth: { faithfulness: { value: null } } })).toEqual([]);
    const faithfulness = { value: null, missing: 'not determined' } as const;
    const [line] = selectTruth({ ...planted, truth: { faithfulness } });
    expect(line).toMatchObject({ name: 'Faithfulness', value: 'not determined' });
    expect(printGraph({ ...planted, truth: { faithfulness } })).toMatch(/faithfulness +not determined/);
  });
});

describe('SVG', () => {
  it('is well-formed and has every visible edge', () => {
    const view = changed(
      changed(
        { ...AS_FOUND, prune: { by: 'edges', count: 60 } },
        { do: 'group', nodes: ['m0', 'm1'], name: 'a & <b>' },
      ),
      { do: 'annotate', id: 'm3', text: '"x" < y' },
    );
    const svg = graphSvg(planted, view);
    expect(svg.match(/<path class="edge"/g)).toHaveLength(drawn(view).edges.length);
    expect(openTags(svg)).toEqual([]);
    expect(svg).not.toMatch(/NaN|undefined|Infinity|&(?!amp;|lt;|gt;|quot;)/);
    expect(svg).toContain('a &amp; &lt;b&gt;');
  });
});

const marked = (marks: Uint8Array, of: readonly { readonly id: string }[]) =>
  of.filter((_, i) => marks[i] === 1).map(({ id }) => id);

function distance(curves: Float32Array, i: number, x: number, y: number): number {
  const at = Array.from({ length: 801 }, (_, k) => pointOn(curves, i, k / 800));
  return Math.min(...at.map((point) => Math.hypot(point.x - x, point.y - y)));
}

/** Tags closed out of order; requires quoted attributes. */
function openTags(xml: string): string[] {
  const open: string[] = [];
  const rest = xml.replace(
    /<(\/?)([a-z]+)((?:\s[\w:-]+="[^"<]*")*)\s*(\/?)>/g,
    (_, end, name, __, single) => {
      if (end) expect(open.pop()).toBe(name);
      else if (!single) open.push(name);
      return '';
    },
  );
  expect(rest).not.toContain('<');
  return open;
}

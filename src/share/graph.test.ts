import { deflateSync } from 'fflate';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { percent, plain } from '../results/format';
import { edgeKey, type GraphEdge } from '../results/graph';
import { sampleChannels } from '../results/testing/sampleChannels';
import { parseDocument } from '../results/parse';
import type { ResultDocument } from '../results/document';
import { type SampleGraph, sampleGraphDocument } from '../results/testing/sampleGraph';
import { toBase64url } from './base64url';
import { textCrc32 } from '../util/crc32';
import { deviation } from './deviation';
import { dictionary } from './dictionary';
import oldLink from './golden/link-v3.txt?raw';
import { readLink, writeLink } from './link';
import { GRAPH_STEPS, pack } from './pack';

async function read(link: string) {
  const { document, view, steps } = await readLink(link);
  return { document: document as ResultDocument, view, steps };
}

/** What an edge displays. */
const digits = ({ score, interval, kl, p, ...rest }: GraphEdge): unknown => ({
  ...rest,
  score: score !== null && [plain(score), percent(score)],
  interval: interval?.map((end) => [plain(end), percent(end)]) ?? null,
  kl: typeof kl === 'number' && plain(kl),
  p: typeof p === 'number' && plain(p),
});

const TEXT = ['[BOS]', 'The', '·capital', '·of', '·France', '·is'];
const SAMPLES: readonly (readonly [string, SampleGraph])[] = [
  ['scores', {}],
  ['intervals, KL and p', { intervals: true, tests: true }],
  ['some not measured, some estimates', { scored: 0.4, estimates: true, intervals: true }],
  ['shared keys, no MLP', { heads: 4, kvHeads: 2, hasMlp: false, layers: 3 }],
  ['positions', { positions: TEXT, intervals: true }],
  ['a part of the edges', { present: 0.3 }],
  ['nothing kept', { kept: 0 }],
];

describe('a link of a graph', () => {
  it.each(SAMPLES)('shows the same edges, digits and truth again: %s', async (_, sample) => {
    const document = sampleGraphDocument(sample);
    const { document: shown, steps } = await read(writeLink(document));
    const { edges, ...rest } = document.graph!;
    expect(shown.graph).toMatchObject(rest);
    expect(shown.graph!.nodes).toEqual(rest.nodes);
    expect(shown.graph!.edges.map(digits)).toEqual(edges.map(digits));
    expect(shown.notes).toEqual(document.notes);
    const step = steps[GRAPH_STEPS]!.values!;
    for (const [e, { score }] of edges.entries())
      if (score !== null)
        expect(Math.abs(shown.graph!.edges[e]!.score! - score)).toBeLessThanOrEqual(1.5 * step);
    expect(deviation(shown, { ...document, spec: shown.spec }, steps).isWithin).toBe(true);
  });

  it('shows the channels of a net again: names and numbers', async () => {
    const document = { ...sampleGraphDocument({}), graph: sampleChannels() };
    const { document: shown } = await read(writeLink(document));
    const { edges, ...rest } = document.graph;
    expect(shown.graph).toMatchObject(rest);
    expect(shown.graph!.edges.map(digits)).toEqual(edges.map(digits));
  });

  it('whatever its shape', async () => {
    const shapes = fc.record({
      layers: fc.integer({ min: 1, max: 4 }),
      heads: fc.constantFrom(1, 2, 4),
      kvHeads: fc.constant(1),
      hasMlp: fc.boolean(),
      intervals: fc.boolean(),
      tests: fc.boolean(),
      estimates: fc.boolean(),
      scored: fc.double({ min: 0, max: 1, noNaN: true }),
      present: fc.double({ min: 0, max: 1, noNaN: true }),
      kept: fc.double({ min: 0, max: 1, noNaN: true }),
      seed: fc.nat(1000),
    });
    await fc.assert(
      fc.asyncProperty(shapes, async (sample) => {
        const document = sampleGraphDocument(sample);
        const { document: shown } = await read(writeLink(document));
        expect(shown.graph!.edges.map(digits)).toEqual(document.graph!.edges.map(digits));
      }),
      { numRuns: 60 },
    );
  });

  it('writes names where the order or the kind of nodes is another', async () => {
    const document = sampleGraphDocument({ intervals: true });
    const graph = document.graph!;
    const neuron = { from: 'm0.n17', to: 'logits', score: 0.25, kept: true };
    const other = {
      ...graph,
      nodes: [...graph.nodes, { id: 'm0.n17', kind: 'neuron' as const, layer: 0 }],
      edges: [...graph.edges, neuron].reverse(),
      total: graph.total + 1,
    };
    const { document: shown } = await read(writeLink({ ...document, graph: other }));
    expect(shown.graph!.nodes).toEqual(other.nodes);
    expect(shown.graph!.edges.map(digits)).toEqual(other.edges.map(digits));
  });

  it('of a large model holds what was kept and the strongest others, and says so', async () => {
    // GPT-2 small has 32,491 edges.
    const document = sampleGraphDocument({ layers: 12, heads: 12, kept: 0.01, intervals: true });
    const edges = document.graph!.edges;
    expect(edges).toHaveLength(32_491);
    const link = writeLink(document);
    expect(link.length).toBeLessThanOrEqual(29_600);
    expect(link.length).toBeGreaterThan(28_500);
    const { document: shown, steps } = await read(link);
    const { graph } = shown;
    expect(graph!.total).toBe(32_491);
    const there = new Set(graph!.edges.map(edgeKey));
    expect(edges.filter((edge) => edge.kept && !there.has(edgeKey(edge)))).toEqual([]);
    const others = (is: boolean) =>
      edges
        .filter((edge) => !edge.kept && there.has(edgeKey(edge)) === is)
        .map(({ score }) => Math.abs(score!));
    expect(Math.min(...others(true))).toBeGreaterThanOrEqual(others(false).reduce((a, b) => Math.max(a, b)));
    const n = graph!.edges.length.toLocaleString('en-US');
    expect(shown.notes.at(-1)).toBe(
      `The link holds the ${n} strongest of 32,491 edges, with all that were kept; the JSON file holds the rest.`,
    );
    expect(deviation(shown, { ...document, spec: shown.spec }, steps).isWithin).toBe(true);
    expect((await read(writeLink(shown))).document.notes).toEqual(shown.notes);
  });

  it('goes on being read as those of version 3 that are out there', async () => {
    const document = sampleGraphDocument({ heads: 2, intervals: true, tests: true, estimates: true });
    const view = { graph: { prune: { by: 'edges', count: 12 }, cut: ['a0.h1'] } };
    const old = await read(oldLink);
    const { graph: _, ...rest } = document;
    expect(old.document).toMatchObject(rest);
    expect(old.view).toEqual(view);
    expect(old.document.graph!.edges).toHaveLength(46);
    expect(old.document.graph!.edges.map(digits)).toEqual(document.graph!.edges.map(digits));
  });

  it('with more kept edges than fit has no link, and the sentence says what to do', () => {
    const document = sampleGraphDocument({ layers: 12, heads: 12, kept: 1, intervals: true });
    expect(() => writeLink(document)).toThrow(/^link: this study is too large .* Export it as JSON/);
  });

  it('damaged inside never crashes otherwise than by one sentence', async () => {
    const bytes = pack(sampleGraphDocument({ present: 0.5, estimates: true, tests: true }), {});
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(255), async (i, value) => {
        const damaged = bytes.slice();
        damaged[i] = value;
        const data = toBase64url(deflateSync(damaged, { dictionary }));
        try {
          parseDocument((await readLink(`#v=4&n=${data.length}&c=${textCrc32(data)}&d=${data}`)).document);
        } catch (error) {
          expect((error as Error).message).toMatch(/^(link|document): .+\.$/s);
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe('a re-run of a graph', () => {
  const document = sampleGraphDocument();
  const changed = (change: (edges: GraphEdge[]) => void): ResultDocument => {
    const again = structuredClone(document);
    change(again.graph!.edges);
    return again;
  };

  it('names the edge whose score is furthest off', () => {
    const again = changed((edges) => {
      edges[7]!.score! += 0.01;
    });
    const { rows, isWithin } = deviation(document, again);
    expect(isWithin).toBe(false);
    expect(rows[0]).toMatchObject({ name: 'edge scores', edge: edgeKey(again.graph!.edges[7]!) });
    expect(rows[0]!.largest).toBeCloseTo(0.01, 12);
    expect(rows[1]).toMatchObject({ name: 'edges kept or not', largest: 0, isWithin: true });
  });

  it('counts the edges that are kept in one of the two only', () => {
    const again = changed((edges) => {
      edges[3]!.kept = !edges[3]!.kept;
      edges[9]!.kept = !edges[9]!.kept;
    });
    const { rows, isWithin } = deviation(document, again);
    expect(rows[1]).toMatchObject({ largest: 2, edge: edgeKey(document.graph!.edges[3]!), isWithin: false });
    expect(isWithin).toBe(false);
  });
});

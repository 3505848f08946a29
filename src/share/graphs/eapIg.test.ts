import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromEapIg, toEapIg } from './eapIg';
import { sharedReceivers } from './names';
import { CIRCUIT, eapFile, graphDocumentOf, graphs, SMALL, smallGraph } from './testing';

/** EAP-IG's nodes and edges as in its README: each block reads everything written before. */
function eapEdges(layers: number, heads: number, parallel: boolean): Set<string> {
  const names = new Set<string>();
  let written = ['input'];
  for (let l = 0; l < layers; l++) {
    const block = Array.from({ length: heads }, (_, h) => `a${l}.h${h}`);
    for (const from of written)
      for (const head of block) for (const input of 'qkv') names.add(`${from}->${head}<${input}>`);
    const before = written;
    written = [...written, ...block];
    for (const from of parallel ? before : written) names.add(`${from}->m${l}`);
    written = [...written, `m${l}`];
  }
  for (const from of written) names.add(`${from}->logits`);
  return names;
}

describe("EAP-IG's files", () => {
  it('give back names, scores and kept flags exactly; what was not measured alone has score 0', () => {
    fc.assert(
      fc.property(graphs({ positions: false }), ({ model: { nHeads, nKvHeads }, document }) => {
        const { edges, shape } = fromEapIg(eapFile(document), 'file');
        expect(sharedReceivers(edges, nHeads / nKvHeads)).toEqual(
          document.graph.edges.map((edge) => ({ ...edge, score: edge.score ?? 0, measured: false })),
        );
        expect(shape).toMatchObject({ layers: document.graph.shape.layers, heads: nHeads, kvHeads: nHeads });
      }),
    );
  });

  it('have the edges that EAP-IG makes for such a model, every head with its own keys and values', () => {
    fc.assert(
      fc.property(
        graphs({ positions: false }),
        ({ model: { nLayers, nHeads, parallel, dMlp }, document }) => {
          fc.pre(dMlp > 0);
          const { cfg, edges, nodes } = eapFile(document);
          expect(new Set(Object.keys(edges))).toEqual(eapEdges(nLayers, nHeads, parallel));
          expect(cfg).toEqual({
            n_layers: nLayers,
            n_heads: nHeads,
            parallel_attn_mlp: parallel,
            d_model: 8,
          });
          expect(Object.keys(nodes)).toHaveLength(2 + nLayers * (nHeads + 1));
        },
      ),
    );
  });

  it('say which nodes are in the graph: those with an edge in and an edge out', () => {
    const { nodes } = eapFile(
      smallGraph({ 'input->a0.h1<q>': 1, 'a0.h1->m1': 1, 'm1->logits': 1, 'm0->a1.h0<k>': 1 }),
    );
    const inside = Object.keys(nodes).filter((name) => nodes[name]!.in_graph);
    expect(inside).toEqual(['input', 'a0.h1', 'm1', 'logits']);
  });

  it('may be of an older version, whose nodes are true or false', () => {
    const file = { ...eapFile(CIRCUIT), nodes: { input: true, m0: false } };
    expect(fromEapIg(file, 'file').edges).toHaveLength(CIRCUIT.graph.edges.length);
  });

  it.each([
    [
      'a1.h0->a0.h0',
      "edges: no such edge in 2 layers of 2 heads, got 'a1.h0->a0.h0', expected names such as",
    ],
    ['a2.h0->logits', "got 'a2.h0->logits'"],
    ['m0->a1.h2<q>', "got 'm0->a1.h2<q>'"],
    ['m0.h1->logits', "got 'm0.h1->logits'"],
    ['m0->input', "got 'm0->input'"],
    ['m0', "got 'm0'"],
  ])('with an edge %s are refused in one sentence', (name, sentence) => {
    const file = { ...eapFile(CIRCUIT), edges: { [name]: { score: 1, in_graph: true } } };
    expect(() => fromEapIg(file, 'c.json')).toThrow(`c.json: edges: no such edge`);
    expect(() => fromEapIg(file, 'c.json')).toThrow(sentence);
  });

  it('are not written of graphs over positions or of finer nodes', () => {
    const placed = graphDocumentOf(SMALL, () => ({ score: 1, kept: true }), ['a', 'b']);
    expect(() => toEapIg(placed)).toThrow('stands for all positions at once, got a graph over 2 positions');
    const fine = { ...CIRCUIT.graph, nodes: [{ id: 'm0.n3', kind: 'neuron' as const, layer: 0 }] };
    expect(() => toEapIg({ ...CIRCUIT, graph: fine })).toThrow(
      'no place for such a node, got m0.n3 (neuron)',
    );
  });
});

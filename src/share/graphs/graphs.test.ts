import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDocument } from '../../results/parse';
import { shapeOf } from '../../experiments/graph/shape';
import { gpt2Spec } from '../../model/testing';
import { fromEapIg, toEapIg } from './eapIg';
import { circuitQuestion } from './imported';
import { type GraphDocument, nameAt, sharedReceivers } from './names';
import { toNeuronpedia } from './neuronpedia';
import { neuronpediaGraph } from './neuronpediaFile';
import { fromNeuronpedia } from './neuronpediaImport';
import { readCircuit } from './read';
import { graphDocumentOf, graphs } from './testing';

interface EapFile {
  cfg: Record<string, unknown>;
  nodes: Record<string, { in_graph: boolean }>;
  edges: Record<string, { score: number; in_graph: boolean }>;
}

const eapFile = (document: GraphDocument) => JSON.parse(toEapIg(document)) as EapFile;

/** EAP-IG's nodes and edges of a model, as its README draws them: each block reads all that was written before. */
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

/** The model of the small examples: two blocks of two heads. */
const model = gpt2Spec({ nHeads: 2 });
const small = (kept: Readonly<Record<string, number>>) =>
  graphDocumentOf(model, (name) => {
    const score = kept[name.replace('@undefined', '')];
    return { score: score ?? 0, kept: score !== undefined };
  });
const circuit = small({ 'input->a0.h1<q>': 0.5, 'a0.h1->m1': -0.25, 'm1->logits': 1 });

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
      small({ 'input->a0.h1<q>': 1, 'a0.h1->m1': 1, 'm1->logits': 1, 'm0->a1.h0<k>': 1 }),
    );
    const inside = Object.keys(nodes).filter((name) => nodes[name]!.in_graph);
    expect(inside).toEqual(['input', 'a0.h1', 'm1', 'logits']);
  });

  it('may be of an older version, whose nodes are true or false', () => {
    const file = { ...eapFile(circuit), nodes: { input: true, m0: false } };
    expect(fromEapIg(file, 'file').edges).toHaveLength(circuit.graph.edges.length);
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
    const file = { ...eapFile(circuit), edges: { [name]: { score: 1, in_graph: true } } };
    expect(() => fromEapIg(file, 'c.json')).toThrow(`c.json: edges: no such edge`);
    expect(() => fromEapIg(file, 'c.json')).toThrow(sentence);
  });

  it('are not written of graphs over positions or of finer nodes', () => {
    const placed = graphDocumentOf(model, () => ({ score: 1, kept: true }), ['a', 'b']);
    expect(() => toEapIg(placed)).toThrow('stands for all positions at once, got a graph over 2 positions');
    const fine = { ...circuit.graph, nodes: [{ id: 'm0.n3', kind: 'neuron' as const, layer: 0 }] };
    expect(() => toEapIg({ ...circuit, graph: fine })).toThrow(
      'no place for such a node, got m0.n3 (neuron)',
    );
  });
});

describe("Neuronpedia's files", () => {
  it('give back names, positions, scores and kept flags exactly; but not what was neither measured nor kept', () => {
    fc.assert(
      fc.property(graphs({ positions: true }), ({ document }) => {
        const { edges, shape, positions } = fromNeuronpedia(JSON.parse(toNeuronpedia(document)), 'file');
        const sorted = (all: readonly Parameters<typeof nameAt>[0][]) =>
          [...all].sort((a, b) => nameAt(a).localeCompare(nameAt(b)));
        const said = document.graph.edges.filter(({ score, kept }) => score !== null || kept);
        expect(sorted(edges)).toEqual(sorted(said).map((edge) => ({ ...edge, measured: false })));
        expect({ ...shape, hasMlp: document.graph.shape.hasMlp }).toEqual(document.graph.shape);
        expect(positions).toEqual(document.graph.positions);
      }),
    );
  });

  it('have ids of layer, feature and position, and links whose ends are nodes', () => {
    fc.assert(
      fc.property(graphs({ positions: true }), ({ model: { nLayers }, document }) => {
        const file = neuronpediaGraph.parse(JSON.parse(toNeuronpedia(document)));
        const ids = new Set(file.nodes.map(({ node_id }) => node_id));
        expect(ids.size).toBe(file.nodes.length);
        for (const { node_id, layer, feature, ctx_idx, feature_type } of file.nodes) {
          expect(node_id).toBe(`${layer}_${feature}_${ctx_idx}`);
          expect(ctx_idx).toBeLessThan(file.metadata.prompt_tokens.length);
          if (feature_type === 'embedding') expect(layer).toBe('E');
          if (feature_type === 'logit') expect(layer).toBe(`${nLayers}`);
        }
        for (const { source, target } of file.links)
          expect([source, target].filter((id) => !ids.has(id))).toEqual([]);
        for (const id of file.qParams.pinnedIds!) expect(ids).toContain(id);
      }),
    );
  });

  it('add up the inputs of a head, and pin the nodes of the kept graph or what the view says', () => {
    const document = small({ 'input->a0.h1<q>': 0.5, 'input->a0.h1<v>': -0.125, 'a0.h1->logits': 1 });
    const file = (view?: Parameters<typeof toNeuronpedia>[1]) =>
      neuronpediaGraph.parse(JSON.parse(toNeuronpedia(document, view)));
    const last = document.tokens.length - 1;
    const head = `0_1_${last}`;
    expect(file().links.find(({ target }) => target === head)).toEqual({
      source: `E_0_${last}`,
      target: head,
      weight: 0.375,
      edges: [
        { input: 'q', score: 0.5, kept: true },
        { input: 'k', score: 0, kept: false },
        { input: 'v', score: -0.125, kept: true },
      ],
    });
    expect(file().qParams.pinnedIds).toHaveLength(3);
    const view = {
      pinned: ['a0.h1'],
      supernodes: [{ name: 'first', nodes: ['a0.h0', 'a0.h1'] }],
      annotations: { 'a0.h1': 'previous token' },
    };
    const { qParams, nodes } = file(view);
    expect(qParams).toMatchObject({ pinnedIds: [head], supernodes: [['first', `0_0_${last}`, head]] });
    expect(nodes.find(({ node_id }) => node_id === head)!.clerp).toBe('previous token');
    expect(nodes.find(({ feature_type }) => feature_type === 'mlp')!.clerp).toBe('m0');
  });

  it('name the answer of one prompt, and of several only how many there are', () => {
    const logits = (document: GraphDocument) =>
      neuronpediaGraph
        .parse(JSON.parse(toNeuronpedia(document)))
        .nodes.find(({ feature_type }) => feature_type === 'logit')!;
    const [one] = circuit.spec.cases as [{ answer: { id: number } }];
    const alone = logits({ ...circuit, spec: { ...circuit.spec, cases: [one] } });
    expect(alone.feature).toBe(one.answer.id);
    expect(alone.clerp).toContain(`logits: token ${one.answer.id}`);
    const both = logits({ ...circuit, spec: { ...circuit.spec, cases: [one, one] } });
    expect(both).toMatchObject({ feature: 0, clerp: 'logits, over 2 prompts' });
  });

  const text = () => JSON.parse(toNeuronpedia(circuit)) as ReturnType<typeof neuronpediaGraph.parse>;

  it.each([
    [
      'transcoder features',
      () => {
        const file = text();
        file.nodes[0]!.feature_type = 'cross layer transcoder';
        return file;
      },
      'is no part of the model itself, got feature_type "cross layer transcoder", expected \'embedding\'',
    ],
    [
      'no word on the model',
      () => {
        const file = text();
        delete file.metadata.generation_settings;
        return file;
      },
      'got no generation_settings.loci',
    ],
    [
      'an unknown layer',
      () => {
        const file = text();
        file.nodes.find(({ feature_type }) => feature_type === 'mlp')!.layer = '7';
        return file;
      },
      'no such layer, got "7", expected 0 to 1',
    ],
    [
      'an unknown head',
      () => {
        const file = text();
        file.nodes.find(({ feature_type }) => feature_type === 'attention head')!.feature = 2;
        return file;
      },
      'no such head, got 2, expected 0 to 1',
    ],
    [
      'a link to nowhere',
      () => {
        const file = text();
        file.links[0]!.target = 'x';
        return file;
      },
      '-> x: an end is no node',
    ],
    [
      'links without inputs',
      () => {
        const file = text();
        delete file.links[0]!.edges;
        return file;
      },
      'does not say into which input it leads',
    ],
    [
      'a missing field',
      () => ({ ...text(), links: [{ source: 'a', target: 'b' }] }),
      'g.json: links[0].weight: wrong value, got nothing, expected type number',
    ],
  ])('with %s are refused in one sentence', (_, file, sentence) => {
    expect(() => fromNeuronpedia(file(), 'g.json')).toThrow(sentence);
  });
});

describe("another program's circuit", () => {
  it('is told from other files', () => {
    expect(readCircuit(eapFile(circuit), 'a')!.edges).toHaveLength(circuit.graph.edges.length);
    expect(readCircuit(JSON.parse(toNeuronpedia(circuit)), 'a')!.edges).toHaveLength(
      circuit.graph.edges.length,
    );
    for (const other of [null, 3, [], { kind: 'graph', edges: [] }, circuit])
      expect(readCircuit(other, 'a')).toBeNull();
  });

  it('becomes the question what its edges are worth', () => {
    expect(circuitQuestion(readCircuit(eapFile(circuit), 'a')!, shapeOf(model))).toEqual({
      kind: 'graph',
      method: 'chosen',
      metric: 'logit-diff',
      positions: 'collapsed',
      edges: ['input->a0.h1<q>', 'a0.h1->m1', 'm1->logits'],
    });
    const placed = graphDocumentOf(model, (name) => ({ score: 1, kept: name === 'm1->logits@1' }), [
      'a',
      'b',
    ]);
    expect(
      circuitQuestion(readCircuit(JSON.parse(toNeuronpedia(placed)), 'a')!, shapeOf(model)),
    ).toMatchObject({
      positions: 'tokens',
      edges: ['m1->logits@1'],
    });
  });

  it('has one edge for heads that share keys and values', () => {
    const grouped = gpt2Spec({ nHeads: 4, nKvHeads: 2 });
    const file = eapFile(
      graphDocumentOf(grouped, (name) => ({ score: 1, kept: name.startsWith('input->a1.h1<') })),
    );
    const { edges } = circuitQuestion(fromEapIg(file, 'a'), shapeOf(grouped));
    expect(edges).toEqual(['input->a1.h1<q>', 'input->a1.h1<k>', 'input->a1.h1<v>']);
    expect(Object.keys(file.edges).filter((name) => file.edges[name]!.in_graph)).toEqual([
      'input->a1.h1<q>',
      'input->a1.h2<k>',
      'input->a1.h3<k>',
      'input->a1.h2<v>',
      'input->a1.h3<v>',
    ]);
  });

  it.each([
    [{ nLayers: 3 }, 'is of another model, got 2 layers of 2 heads, width 12, expected 3 layers of 2 heads'],
    [{ parallel: true }, 'expected 2 layers of 2 heads beside their MLPs, width 12. Open the model'],
    [{ dModel: 8 }, 'got 2 layers of 2 heads, width 12, expected 2 layers of 2 heads, width 8'],
  ])('is refused on a model of another shape: %j', (change, sentence) => {
    const other = shapeOf(gpt2Spec({ nHeads: 2, ...change }));
    expect(() => circuitQuestion(fromEapIg(eapFile(circuit), 'a'), other)).toThrow(sentence);
  });

  it('is refused without an edge', () => {
    expect(() => circuitQuestion(fromEapIg(eapFile(small({})), 'a'), shapeOf(model))).toThrow(
      /^circuit: none of its \d+ edges is in the graph/,
    );
  });
});

describe('the sample graphs', () => {
  it('are documents', () => {
    fc.assert(
      fc.property(graphs({ positions: true }), ({ document }) => {
        expect(parseDocument(JSON.parse(JSON.stringify(document)))).toMatchObject({ graph: { version: 1 } });
      }),
      { numRuns: 10 },
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { edgeKey } from '../../results/graph';
import type { GraphDocument } from './names';
import { toNeuronpedia } from './neuronpedia';
import { neuronpediaGraph } from './neuronpediaFile';
import { fromNeuronpedia } from './neuronpediaImport';
import { CIRCUIT, graphs, smallGraph } from './testing';

describe("Neuronpedia's files", () => {
  it('give back names, positions, scores and kept flags exactly; but not what was neither measured nor kept', () => {
    fc.assert(
      fc.property(graphs({ positions: true }), ({ document }) => {
        const { edges, shape, positions } = fromNeuronpedia(JSON.parse(toNeuronpedia(document)), 'file');
        const sorted = (all: readonly Parameters<typeof edgeKey>[0][]) =>
          [...all].sort((a, b) => edgeKey(a).localeCompare(edgeKey(b)));
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
    const document = smallGraph({ 'input->a0.h1<q>': 0.5, 'input->a0.h1<v>': -0.125, 'a0.h1->logits': 1 });
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
      annotations: new Map([['a0.h1', 'previous token']]),
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
    const [one] = CIRCUIT.spec.cases as [{ answer: { id: number } }];
    const alone = logits({ ...CIRCUIT, spec: { ...CIRCUIT.spec, cases: [one] } });
    expect(alone.feature).toBe(one.answer.id);
    expect(alone.clerp).toContain(`logits: token ${one.answer.id}`);
    const both = logits({ ...CIRCUIT, spec: { ...CIRCUIT.spec, cases: [one, one] } });
    expect(both).toMatchObject({ feature: 0, clerp: 'logits, over 2 prompts' });
  });

  const text = () => JSON.parse(toNeuronpedia(CIRCUIT)) as ReturnType<typeof neuronpediaGraph.parse>;

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

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDocument } from '../../results/parse';
import { shapeOf } from '../../experiments/graph/shape';
import { gpt2Spec } from '../../model/testing';
import { fromEapIg } from './eapIg';
import { circuitQuestion } from './imported';
import { toNeuronpedia } from './neuronpedia';
import { readCircuit } from './read';
import { CIRCUIT, eapFile, graphDocumentOf, graphs, SMALL, smallGraph } from './testing';

describe("another program's circuit", () => {
  it('is told from other files', () => {
    expect(readCircuit(eapFile(CIRCUIT), 'a')!.edges).toHaveLength(CIRCUIT.graph.edges.length);
    expect(readCircuit(JSON.parse(toNeuronpedia(CIRCUIT)), 'a')!.edges).toHaveLength(
      CIRCUIT.graph.edges.length,
    );
    for (const other of [null, 3, [], { kind: 'graph', edges: [] }, CIRCUIT])
      expect(readCircuit(other, 'a')).toBeNull();
  });

  it('becomes the question what its edges are worth', () => {
    expect(circuitQuestion(readCircuit(eapFile(CIRCUIT), 'a')!, shapeOf(SMALL))).toEqual({
      kind: 'graph',
      method: 'chosen',
      metric: 'logit-diff',
      positions: 'collapsed',
      edges: ['input->a0.h1<q>', 'a0.h1->m1', 'm1->logits'],
    });
    const placed = graphDocumentOf(SMALL, (name) => ({ score: 1, kept: name === 'm1->logits@1' }), [
      'a',
      'b',
    ]);
    expect(
      circuitQuestion(readCircuit(JSON.parse(toNeuronpedia(placed)), 'a')!, shapeOf(SMALL)),
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
    expect(() => circuitQuestion(fromEapIg(eapFile(CIRCUIT), 'a'), other)).toThrow(sentence);
  });

  it('is refused without an edge', () => {
    expect(() => circuitQuestion(fromEapIg(eapFile(smallGraph({})), 'a'), shapeOf(SMALL))).toThrow(
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

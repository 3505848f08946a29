/** Documents with random graphs of random models, for tests. */
import fc from 'fast-check';
import { edgesOf, senderName, sendersOf } from '../../model/edges';
import type { ModelSpec } from '../../model/spec';
import { gpt2Spec } from '../../model/testing';
import { edgeKey, type ModelGraph, type GraphNode } from '../../results/graph';
import { sampleStudy } from '../../results/testing/sampleStudy';
import { shapeOf } from '../../experiments/graph/shape';
import { toEapIg } from './eapIg';
import type { GraphDocument } from './names';

/** Arbitrary scores and kept flags; some edges are not measured alone. */
export interface SampleGraph {
  readonly model: ModelSpec;
  readonly document: GraphDocument;
}

export function graphDocumentOf(
  model: ModelSpec,
  numbers: (name: string) => { readonly score: number | null; readonly kept: boolean },
  positions?: readonly string[],
): GraphDocument {
  const places = positions ? positions.map((_, at) => at) : [undefined];
  const edges = edgesOf(model).flatMap((edge) =>
    places.map((at) => ({
      ...edge,
      ...(at === undefined ? {} : { at }),
      ...numbers(edgeKey({ ...edge, ...(at === undefined ? {} : { at }) })),
    })),
  );
  const graph: ModelGraph = {
    version: 1,
    method: 'exhaustive',
    ablation: 'corrupted',
    ...(positions ? { positions: [...positions] } : {}),
    shape: shapeOf(model),
    nodes: places.flatMap((at) => nodesOf(model, at)),
    edges,
    total: edges.length,
    levels: { clean: 3, corrupted: -1, empty: null },
  };
  const study = sampleStudy([]);
  return { ...study, kind: 'graph', spec: { ...study.spec, kind: 'graph' }, graph };
}

function nodesOf(model: ModelSpec, at: number | undefined): GraphNode[] {
  const parts = sendersOf(model).map((from): GraphNode => {
    const id = senderName(from);
    return from.part === 'input'
      ? { id, kind: 'input', layer: -1 }
      : { id, kind: from.part, layer: from.layer };
  });
  const all = [...parts, { id: 'logits', kind: 'logits' as const, layer: model.nLayers }];
  return at === undefined ? all : all.map((node) => ({ ...node, id: `${node.id}@${at}`, at }));
}

const models = fc
  .record({
    nLayers: fc.integer({ min: 1, max: 3 }),
    nHeads: fc.constantFrom(1, 2, 4),
    shared: fc.constantFrom(1, 2),
    parallel: fc.boolean(),
    dMlp: fc.constantFrom(0, 8),
  })
  .map(({ shared, nHeads, ...sizes }) =>
    gpt2Spec({ ...sizes, nHeads, nKvHeads: nHeads === 1 ? 1 : nHeads / shared, dModel: 8 }),
  );

/** `positions`: some graphs have positions. */
export const graphs = ({ positions }: { readonly positions: boolean }): fc.Arbitrary<SampleGraph> =>
  fc
    .record({
      model: models,
      scores: fc.array(fc.option(fc.double({ min: -2, max: 2, noNaN: true })), { minLength: 1 }),
      kept: fc.array(fc.boolean(), { minLength: 1 }),
      labels: positions ? fc.option(fc.constant(['[BOS]', ' the "cat"', ' \\'])) : fc.constant(null),
    })
    .map(({ model, scores, kept, labels }) => {
      let i = 0;
      const numbers = () => {
        const score = scores[i % scores.length]!;
        // JSON has no -0.
        return { score: score === null ? null : score + 0, kept: kept[i++ % kept.length]! };
      };
      return { model, document: graphDocumentOf(model, numbers, labels ?? undefined) };
    });

/** The model of small examples: two blocks of two heads. */
export const SMALL = gpt2Spec({ nHeads: 2 });

/** Its graph with these kept edges; all others score 0. */
export const smallGraph = (kept: Readonly<Record<string, number>>): GraphDocument =>
  graphDocumentOf(SMALL, (name) => {
    const score = kept[name];
    return { score: score ?? 0, kept: score !== undefined };
  });

export const CIRCUIT = smallGraph({ 'input->a0.h1<q>': 0.5, 'a0.h1->m1': -0.25, 'm1->logits': 1 });

export interface EapFile {
  cfg: Record<string, unknown>;
  nodes: Record<string, { in_graph: boolean }>;
  edges: Record<string, { score: number; in_graph: boolean }>;
}

export const eapFile = (document: GraphDocument): EapFile => JSON.parse(toEapIg(document)) as EapFile;

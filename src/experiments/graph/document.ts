/** A graph's document: what was found, in one sentence, as a graph and as figures. */
import type { Graph, GraphNode } from '../../results/graph';
import { componentsOf } from '../../model/edges';
import type { StudyDocument } from '../../results/study';
import { averaged, overCases } from '../common/average';
import { studyDocument } from '../common/document';
import { positionRows } from '../common/positions';
import type { Skipped } from '../common/skip';
import type { DocumentContext } from '../experiment';
import type { GraphFound } from './found';
import { type Baseline, type Frame, frameOf, meanLevels } from './frame';
import { shapeOf } from './shape';
import type { GraphSpec } from './spec';

export function graphDocument(
  spec: GraphSpec,
  measured: readonly (Baseline | Skipped | null)[],
  context: DocumentContext,
  found: GraphFound | null,
): StudyDocument | null {
  if (!found) return null;
  const frame = frameOf(spec, context.spec, measured);
  const graph = graphOf(frame, context, found);
  // That most edges change nothing is what a graph shows, not a mistake in the question.
  const unchanged = { runs: 0, of: 0, examples: [] };
  return studyDocument(
    spec,
    measured,
    { ...context, unchanged },
    {
      finding: findingOf(graph),
      notes: found.notes,
      figures: [],
      graph,
    },
  );
}

function graphOf(frame: Frame, { decode }: DocumentContext, found: GraphFound): Graph {
  const { spec, model, edges } = frame;
  const scored = found.edges.map(({ scores }) => scores);
  const { values, intervals } = averaged(
    frame.cases.map((_, c) => scored.map((scores) => scores?.[c] ?? null)),
    overCases(
      spec,
      frame.cases.map((i) => ({ i })),
    ),
  );
  return {
    version: 1,
    method: spec.method,
    ablation: spec.ablation,
    ...(spec.positions === 'tokens' ? { positions: positionRows(spec, decode).axis.labels } : {}),
    shape: shapeOf(model),
    nodes: nodesOf(frame),
    edges: edges.map(({ from, to, at }, e) => {
      const { p, kl, kept } = found.edges[e]!;
      return {
        from,
        to,
        ...(at === undefined ? {} : { at }),
        score: values[e] ?? null,
        ...(intervals ? { interval: intervals[e] ?? null } : {}),
        ...(p === undefined ? {} : { p }),
        ...(kl === undefined ? {} : { kl }),
        kept,
      };
    }),
    total: edges.length,
    levels: { ...meanLevels(frame), empty: found.empty ?? null },
    ...(found.truth ? { truth: found.truth } : {}),
  };
}

/** Every node of the model, at every position where these are told apart. */
function nodesOf({ model, edges }: Frame): GraphNode[] {
  const places = [...new Set(edges.map(({ at }) => at))];
  return places.flatMap((at) =>
    componentsOf(model).map((node) => ({
      ...node,
      ...(at === undefined ? {} : { at, id: `${node.id}@${at}` }),
    })),
  );
}

function findingOf({ edges, total, truth }: Graph): string {
  const kept = edges.filter((edge) => edge.kept);
  const f = truth?.faithfulness.value;
  const carries =
    f === undefined || f === null ? '' : `; alone they keep ${(100 * f).toFixed(0)} % of the answer`;
  const strongest = [...kept].sort((a, b) => Math.abs(b.score ?? 0) - Math.abs(a.score ?? 0))[0];
  const most = strongest ? ` The strongest is ${strongest.from} → ${strongest.to}.` : '';
  return `${kept.length} of ${total} edges carry the answer${carries}.${most}`;
}

/** A graph's document: the finding, the graph and figures. */
import type { ModelSpec } from '../../model/spec';
import { type Graph, type GraphEdge, type GraphNode, placedName } from '../../results/graph';
import { componentsOf, parseSender, type Sender } from '../../model/edges';
import type { ResultDocument } from '../../results/document';
import { FEWEST_CLUSTERS } from '../../statistics/clusters';
import { averaged, peakOf } from '../common/average';
import { studyDocument } from '../common/document';
import { positionRows } from '../common/positions';
import type { Skipped } from '../common/skip';
import type { DocumentContext } from '../experiment';
import { estimateFigures } from './estimate/figures';
import { figuresOf } from './figures';
import type { FoundEdge, GraphFound } from './search/result';
import { type Baseline, type SearchSpace, searchSpaceOf, meanLevels, overPrompts } from './searchSpace';
import type { PlacedEdge } from './places';
import { shapeOf } from './shape';
import type { GraphSpec } from './spec';
import { findingOf, notesOf } from './words';

export function graphDocument(
  spec: GraphSpec,
  measured: readonly (Baseline | Skipped | null)[],
  context: DocumentContext,
  found: GraphFound | null,
): ResultDocument | null {
  if (!found) return null;
  const space = searchSpaceOf(spec, context.spec, measured);
  // Edges without effect are a graph's result, not a mistake in the question.
  const unchanged = { runs: 0, of: 0, examples: [] };
  const about = { ...context, unchanged };
  const notes = notesOf(space, found, measured);
  if (space.cases.length === 0) {
    const finding = 'No edge was measured: every prompt was left out.';
    return studyDocument(spec, measured, about, { finding, notes, figures: [] });
  }
  const graph = graphOf(space, context, found);
  return studyDocument(spec, measured, about, {
    finding: findingOf(space, graph, strongestOf(space, found), context.outcome),
    notes,
    figures: [...figuresOf(graph, space.cases.length), ...estimateFigures(space, found)],
    graph,
  });
}

/** The strongest kept edge, with a simultaneous interval. */
function strongestOf(space: SearchSpace, { edges }: GraphFound) {
  const kept = edges.flatMap(({ scores, kept }, e) =>
    kept && scores ? [{ scores, name: space.edges[e]!.name }] : [],
  );
  const perCase = space.cases.map((_, c) => kept.map(({ scores }) => scores[c]!));
  const peak = peakOf(perCase, overPrompts(space, space.cases), undefined, 'either');
  return peak && { ...peak, name: kept[peak.cell]!.name };
}

function graphOf(space: SearchSpace, { decode }: DocumentContext, found: GraphFound): Graph {
  const { spec, model, edges } = space;
  const beside = found.beside ?? [];
  return {
    version: 1,
    method: spec.method,
    ablation: spec.ablation,
    ...(spec.positions === 'tokens' ? { positions: positionRows(spec, decode).axis.labels } : {}),
    shape: shapeOf(model),
    nodes: [...nodesOf(space), ...nodesBeside(model, beside)],
    edges: [...graphEdges(space, edges, found.edges), ...graphEdges(space, beside, beside)],
    total: edges.length,
    ...ruleOf(space),
    levels: { ...meanLevels(space), empty: found.empty ?? null },
    ...(found.truth ? { truth: found.truth } : {}),
  };
}

/** The rule of intervals, if there are enough subjects. */
function ruleOf(space: SearchSpace): Pick<Graph, 'rule'> {
  const subjects = new Set(overPrompts(space, space.cases).clusters).size;
  return subjects < FEWEST_CLUSTERS ? {} : { rule: 'clustered t, ratios by Fieller' };
}

/** Edges with any known value. */
function graphEdges(
  space: SearchSpace,
  edges: readonly PlacedEdge[],
  found: readonly FoundEdge[],
): GraphEdge[] {
  const perCase = space.cases.map((_, c) => found.map(({ scores }) => scores?.[c] ?? null));
  const { values, intervals } = averaged(perCase, overPrompts(space, space.cases));
  return edges.flatMap(({ from, to, at }, e): GraphEdge[] => {
    const { p, kl, kept, scores, isEstimate } = found[e]!;
    if (!kept && !scores && kl === undefined) return [];
    return [
      {
        from,
        to,
        ...(at === undefined ? {} : { at }),
        score: values[e] ?? null,
        ...(intervals ? { interval: intervals[e] ?? null } : {}),
        ...(p === undefined ? {} : { p }),
        ...(kl === undefined ? {} : { kl }),
        kept,
        ...(isEstimate ? { measured: false } : {}),
      },
    ];
  });
}

/** Every node of the model, at every position if positions are separate. */
function nodesOf({ model, edges }: SearchSpace): GraphNode[] {
  const places = [...new Set(edges.map(({ at }) => at))];
  return places.flatMap((at) => componentsOf(model).map((node) => nodeAt(node, at)));
}

const nodeAt = (node: GraphNode, at: number | undefined): GraphNode =>
  at === undefined ? node : { ...node, at, id: placedName(node.id, at) };

/** Neurons and whole streams: ends of the extra edges. */
function nodesBeside(model: ModelSpec, beside: readonly PlacedEdge[]): GraphNode[] {
  const nodes = new Map<string, GraphNode>();
  for (const { from, to, at } of beside) {
    for (const name of [from, to].filter((end) => /^(m\d+\.n|resid)/.test(end))) {
      const { part: kind, layer } = parseSender(name, model) as Extract<Sender, { part: 'neuron' | 'resid' }>;
      nodes.set(placedName(name, at), nodeAt({ id: name, kind, layer }, at));
    }
  }
  return [...nodes.values()];
}

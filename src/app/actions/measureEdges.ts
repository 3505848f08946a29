/** Measures single edges of a graph. */
import type { MeasuredEdge } from '../../engine/api';
import { edgeKey, type Graph } from '../../results/graph';
import type { ResultDocument } from '../../results/document';
import { messageOf } from '../latest';
import type { Loci } from '../loci';
import { currentFinding } from '../stores/session';
import { whyNotAsked } from './answer';
import { addResult } from './findings';
import { isGraphFinding, viewGraph } from './graph';

/**
 * Cuts each of these edges alone on the finding's prompts and shows a new document with the
 * numbers, replacing estimates and filling gaps. The old finding stays in the history.
 */
export async function measureNow(loci: Loci, edges: readonly string[]): Promise<void> {
  const finding = currentFinding(loci.session.getState());
  if (!finding || !isGraphFinding(finding) || loci.graph.getState().measuring.length > 0) return;
  const { document, asked } = finding;
  const missing = whyNotAsked(loci.status.getState(), document.model);
  if (missing !== null) return loci.graph.setState({ error: missing });
  loci.graph.setState({ measuring: edges, error: null });
  try {
    const measured = await loci.engine.measureEdges({ spec: document.spec, cut: edges });
    const isShown = loci.session.getState().currentId === finding.id;
    if (isShown) {
      const { view, answer, beside } = loci.graph.getState();
      addResult(loci, withMeasured(document, measured), asked);
      loci.graph.setState({ answer, beside });
      await viewGraph(loci, view);
    }
  } catch (error) {
    loci.graph.setState({ error: messageOf(error) });
  } finally {
    loci.graph.setState({ measuring: [] });
  }
}

/** The document with these edges' numbers updated. */
function withMeasured<D extends ResultDocument & { readonly graph: Graph }>(
  document: D,
  measured: readonly MeasuredEdge[],
): D {
  const { graph } = document;
  const byName = new Map(measured.map((edge) => [edge.name, edge]));
  const edges = graph.edges.map((edge) => {
    const found = byName.get(edgeKey(edge));
    if (!found) return edge;
    const { score, interval, kl } = found;
    return { ...edge, score, interval: interval && ([...interval] as [number, number]), kl, measured: true };
  });
  return { ...document, graph: { ...graph, edges } };
}

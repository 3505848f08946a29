/** Changes to a graph's picture. */
import { type Graph, isModelGraph } from '../../results/graph';
import type { ResultDocument } from '../../results/document';
import { type GraphView, wiresCut } from '../../panels/graph/view';
import type { Loci } from '../loci';
import type { Finding } from '../stores/session';
import { askAnswer } from './answer';

export type GraphFinding = Finding & { readonly document: ResultDocument & { readonly graph: Graph } };

export function isGraphFinding(finding: Finding): finding is GraphFinding {
  return finding.document.graph !== undefined;
}

/** Whether its wires can be cut by hand: those of a language model. */
export const canCutWires = (finding: Finding): finding is GraphFinding =>
  isGraphFinding(finding) && isModelGraph(finding.document.graph);

/** Changes the picture; asks the model again if the cuts differ. */
export async function viewGraph(loci: Loci, view: GraphView, isOpened = false): Promise<void> {
  const before = wiresCut(loci.graph.getState().view);
  const { currentId } = loci.session.getState();
  loci.graph.setState(({ views }) => ({
    view,
    views: currentId === null ? views : { ...views, [currentId]: view },
  }));
  if (wiresCut(view).join() !== before.join()) await askAnswer(loci, isOpened);
}

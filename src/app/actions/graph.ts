/** What somebody does with a graph: changes its picture and cuts wires. */
import type { Graph } from '../../results/graph';
import type { StudyDocument } from '../../results/study';
import { type GraphView, wiresCut } from '../../panels/graph/view';
import type { Loci } from '../loci';
import { type Finding, isTraceFinding, type StudyFinding } from '../stores/session';
import { askAnswer } from './answer';

export type GraphFinding = StudyFinding & { readonly document: StudyDocument & { readonly graph: Graph } };

export function isGraphFinding(finding: Finding): finding is GraphFinding {
  return !isTraceFinding(finding) && (finding as StudyFinding).document.graph !== undefined;
}

/** Changes the picture; where other wires are cut than before, the model is asked again. */
export async function viewGraph(loci: Loci, view: GraphView): Promise<void> {
  const before = wiresCut(loci.graph.getState().view);
  const { currentId } = loci.session.getState();
  loci.graph.setState(({ views }) => ({
    view,
    views: currentId === null ? views : { ...views, [currentId]: view },
  }));
  if (wiresCut(view).join() !== before.join()) await askAnswer(loci);
}

/** Cuts these, too: edges, or nodes and groups for all wires into them. */
export async function cutWires(loci: Loci, names: readonly string[]): Promise<void> {
  const { view } = loci.graph.getState();
  await viewGraph(loci, { ...view, cut: [...new Set([...view.cut, ...names])] });
}

/** Takes one of the cuts back; by default the last. */
export async function mendCut(loci: Loci, name?: string): Promise<void> {
  const { view } = loci.graph.getState();
  const mended = name ?? view.cut.at(-1);
  await viewGraph(loci, { ...view, cut: view.cut.filter((other) => other !== mended) });
}

export async function restoreAll(loci: Loci): Promise<void> {
  await viewGraph(loci, { ...loci.graph.getState().view, cut: [] });
}

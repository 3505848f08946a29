/** What somebody does with a graph: cuts wires, has an edge measured by itself, and holds it against another graph. */
import type { MeasuredEdge } from '../../engine/api';
import { compareGraphs } from '../../results/compareGraphs';
import { edgeKey, type Graph } from '../../results/graph';
import type { StudyDocument } from '../../results/study';
import { textToDocument } from '../../share/file';
import { readLink } from '../../share/link';
import type { GraphView } from '../../panels/graph/view';
import { messageOf } from '../latest';
import type { Loci } from '../loci';
import { currentFinding, type Finding, isTraceFinding, type StudyFinding } from '../stores/session';
import { askAnswer, whyNotAsked, wiresCut } from './answer';
import { addResult, keepFinding } from './findings';

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

/**
 * Has these edges measured, each cut alone on the finding's prompts, and shows a new document that holds the numbers: an
 * estimate becomes a measurement, an edge without a score gets one. The finding that is shown stays in the history.
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

/** The document with these edges' numbers in place of what it had of them. */
export function withMeasured<D extends StudyDocument & { readonly graph: Graph }>(
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

/** Other findings of this visit that have a graph, newest first. */
export function othersWithGraphs(findings: readonly Finding[], id: string): GraphFinding[] {
  return findings.filter(isGraphFinding).filter((other) => other.id !== id);
}

/** Shows the finding's graph beside the present one; null: none. A graph of another shape is refused in one sentence. */
export function compareWith(loci: Loci, id: string | null): void {
  const { findings, currentId } = loci.session.getState();
  const [present, other] = [currentId, id].map((one) => findings.find((finding) => finding.id === one));
  if (!present || !other || !isGraphFinding(present) || !isGraphFinding(other)) {
    loci.graph.setState({ beside: null, error: null });
    return;
  }
  try {
    compareGraphs(present.document.graph, other.document.graph);
    loci.graph.setState({ beside: other.id, error: null });
  } catch (error) {
    loci.graph.setState({ beside: null, error: messageOf(error) });
  }
}

/** Opens another graph, a link or the text of a file, and holds it against the present one. */
export async function openBeside(loci: Loci, text: string): Promise<void> {
  try {
    const isLink = !text.trimStart().startsWith('{');
    const { document, steps } = isLink
      ? await readLink(text)
      : { document: await textToDocument(text), steps: {} };
    if (!('graph' in document) || document.graph === undefined)
      throw new Error(`compare: holds no graph, got ${document.kind}, expected a finding with a graph.`);
    compareWith(loci, keepFinding(loci, document, steps));
  } catch (error) {
    loci.graph.setState({ error: messageOf(error) });
  }
}

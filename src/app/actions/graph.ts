/** What somebody does with a graph: cuts wires, has an edge measured by itself, and holds it against another graph. */
import type { MeasuredEdge } from '../../engine/api';
import { compareGraphs } from '../../results/compareGraphs';
import type { ResultDocument } from '../../results/document';
import { edgeKey, type Graph } from '../../results/graph';
import type { StudyDocument } from '../../results/study';
import { textToDocument } from '../../share/file';
import { readLink } from '../../share/link';
import { messageOf } from '../latest';
import type { Loci } from '../loci';
import { currentFinding, type Finding, isTraceFinding, type StudyFinding } from '../stores/session';
import type { StatusState } from '../stores/status';
import type { CutStep } from '../stores/graph';
import { addResult, keepFinding } from './findings';

export type GraphFinding = StudyFinding & { readonly document: StudyDocument & { readonly graph: Graph } };

export function isGraphFinding(finding: Finding): finding is GraphFinding {
  return !isTraceFinding(finding) && (finding as StudyFinding).document.graph !== undefined;
}

/** Why the model cannot be asked about this finding now, in one sentence; null if it can. */
export function whyNotAsked(
  { gpuMissing, model, run }: Pick<StatusState, 'gpuMissing' | 'model' | 'run'>,
  about: ResultDocument['model'],
): string | null {
  if (gpuMissing !== null) return `The running model answers this. ${gpuMissing}`;
  if (!model) return 'The running model answers this, as soon as it is loaded.';
  if (model.id !== about.id)
    return `${about.title} answers this, and ${model.title} is open. Open ${about.title}.`;
  if (run !== null) return 'A run is going on: this can be asked when it has ended, or is cancelled.';
  return null;
}

/** Cuts these wires, too, and asks the model again. */
export async function cutWires(loci: Loci, step: CutStep): Promise<void> {
  if (step.length > 0) await setCuts(loci, [...loci.graph.getState().cuts, step]);
}

/** Takes the last cut back. */
export async function undoCut(loci: Loci): Promise<void> {
  await setCuts(loci, loci.graph.getState().cuts.slice(0, -1));
}

/** Takes one of the cuts back, wherever it stands. */
export async function mendCut(loci: Loci, index: number): Promise<void> {
  await setCuts(
    loci,
    loci.graph.getState().cuts.filter((_, i) => i !== index),
  );
}

export async function restoreAll(loci: Loci): Promise<void> {
  await setCuts(loci, []);
}

async function setCuts(loci: Loci, cuts: readonly CutStep[]): Promise<void> {
  loci.graph.setState({ cuts });
  await askAnswer(loci);
}

/** What the model says with the present cuts; a later change overtakes it. */
export async function askAnswer(loci: Loci): Promise<void> {
  const isCurrent = loci.latest.answer();
  const { cuts } = loci.graph.getState();
  const document = currentFinding(loci.session.getState())?.document;
  if (cuts.length === 0 || !document || whyNotAsked(loci.status.getState(), document.model) !== null) {
    loci.graph.setState({ answer: null });
    return;
  }
  loci.graph.setState({ answer: { state: 'asking' } });
  try {
    const answer = await loci.engine.answerWithCuts({ spec: document.spec, cut: cuts.flat() });
    if (isCurrent()) loci.graph.setState({ answer: { state: 'told', answer } });
  } catch (error) {
    if (isCurrent()) loci.graph.setState({ answer: { state: 'failed', message: messageOf(error) } });
  }
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
      const { cuts, answer, beside } = loci.graph.getState();
      addResult(loci, withMeasured(document, measured), asked);
      loci.graph.setState({ cuts, answer, beside });
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
  if (!present || !other || !isGraphFinding(present) || !isGraphFinding(other))
    return loci.graph.setState({ beside: null, error: null });
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

/** Compares a graph with another one: of this visit, a link or a file. */
import { compareGraphs } from '../../results/compareGraphs';
import { textToDocument } from '../../share/file';
import { readLink } from '../../share/link';
import { fileText } from '../fileText';
import { messageOf } from '../latest';
import type { Loci } from '../loci';
import type { Finding } from '../stores/session';
import { keepFinding } from './findings';
import { type GraphFinding, isGraphFinding } from './graph';

/** Other findings of this visit with graphs, newest first. */
export function othersWithGraphs(findings: readonly Finding[], id: string): GraphFinding[] {
  return findings.filter(isGraphFinding).filter((other) => other.id !== id);
}

/** Shows another finding's graph beside the current one; null: none. Refuses other shapes. */
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

/** Opens a link or a file's text and compares its graph with the current one. */
export async function openBeside(loci: Loci, file: string | File): Promise<void> {
  try {
    const text = await fileText(file);
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

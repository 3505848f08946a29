/** The model's answer with the picture's cuts. */
import type { ResultDocument } from '../../results/document';
import { wiresCut } from '../../panels/graph/view';
import { messageOf } from '../latest';
import { whyNotCut } from '../opened';
import { otherModel } from '../otherModel';
import type { Loci } from '../loci';
import { currentFinding } from '../stores/session';
import type { StatusState } from '../stores/status';

/** Why the model cannot answer now, in one sentence; null if it can. */
export function whyNotAsked(
  { gpuMissing, model, run }: Pick<StatusState, 'gpuMissing' | 'model' | 'run'>,
  about: ResultDocument['model'],
): string | null {
  if (gpuMissing !== null) return `The running model answers this. ${gpuMissing}`;
  if (!model) return 'The running model answers this, as soon as it is loaded.';
  const other = otherModel(about, model);
  if (other !== null) return `This is answered by ${other}. Open ${about.title} to ask it.`;
  if (run !== null) return 'A run is going on: this can be asked when it has ended, or is cancelled.';
  return null;
}

/** The answer with the current cuts; later changes supersede it. `isOpened`: a link's cuts. */
export async function askAnswer(loci: Loci, isOpened = false): Promise<void> {
  const isCurrent = loci.latest.answer();
  const cut = wiresCut(loci.graph.getState().view);
  const finding = currentFinding(loci.session.getState());
  const { model } = loci.status.getState();
  if (cut.length === 0 || !finding || whyNotAsked(loci.status.getState(), finding.document.model) !== null) {
    loci.graph.setState({ answer: null });
    return;
  }
  const { document } = finding;
  const reason = isOpened ? whyNotCut(finding, model!.spec) : null;
  if (reason !== null) return loci.graph.setState({ answer: { state: 'failed', message: reason } });
  loci.graph.setState({ answer: { state: 'asking' } });
  try {
    const answer = await loci.engine.answerWithCuts({ spec: document.spec, cut });
    if (isCurrent()) loci.graph.setState({ answer: { state: 'told', answer } });
  } catch (error) {
    if (isCurrent()) loci.graph.setState({ answer: { state: 'failed', message: messageOf(error) } });
  }
}

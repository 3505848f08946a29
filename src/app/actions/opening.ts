/**
 * The editor's question after a model opens: the user's own text, re-tokenised, or a prompt that
 * this model can answer. The finding stays.
 */
import { CANCELLED, type FirstPrompt } from '../../engine/api';
import { messageOf } from '../latest';
import type { Loci } from '../loci';
import { withoutTwin } from '../question';
import { type Draft, EMPTY_DRAFT, UNCHECKED } from '../stores/draft';
import { currentFinding } from '../stores/session';
import { findSubject } from '../subject';
import { checkDraft } from './question';

/** @param isFirst the page's first model: keeps the question if the model can answer it. */
export async function settleDraft(loci: Loci, isFirst: boolean): Promise<void> {
  const { model, gpuMissing } = loci.status.getState();
  if (!model) return;
  const finding = currentFinding(loci.session.getState());
  const isOfFinding = finding?.document.model.id === model.id;
  const isOwn = isTyped(loci);
  if (!isFirst) {
    const { draft } = loci.draft.getState();
    const isBack = isOfFinding && !isOwn && draft.prompt !== finding.asked.prompt;
    setDraft(loci, isBack ? finding.asked : { ...draft, bos: model.bos });
  }
  if (gpuMissing !== null) return checkDraft(loci);
  if (isOwn || isFirst || isOfFinding) {
    await checkDraft(loci);
    const { draft, problem, notices } = loci.draft.getState();
    // A finding about a net leaves the editor empty.
    const isEmpty = draft.prompt.trim() === '' && draft.given === null && draft.set === null;
    const isRefused = isEmpty || problem !== null || notices.some(({ blocks }) => blocks);
    if (!isRefused || (isOwn && draft.given !== null)) return;
    if (isOwn) {
      // The model reads these words differently: it chooses answers and twin anew.
      setDraft(loci, { ...draft, answer: '', distractor: '', ...withoutTwin(draft) });
      await checkDraft(loci);
      if (loci.draft.getState().problem === null) return;
    }
  }
  await askFirst(loci);
}

/** Neither from a finding nor a model's opening prompt. */
function isTyped(loci: Loci): boolean {
  const { draft, first } = loci.draft.getState();
  const asked = loci.session.getState().findings.map((finding) => finding.asked);
  if (draft.given !== null) return asked.every(({ given }) => given !== draft.given);
  const known = [first?.prompt ?? '', ...asked.map(({ prompt }) => prompt)];
  return draft.prompt.trim() !== '' && !known.includes(draft.prompt);
}

/** Cancels pending checks of the old draft. */
function setDraft(loci: Loci, draft: Draft): void {
  loci.latest.draft();
  loci.draft.setState({ draft, tokens: [], otherTokens: [], next: [], first: null, ...UNCHECKED });
}

/** Fills in this model's opening prompt, unless the user types first. */
async function askFirst(loci: Loci): Promise<void> {
  const model = loci.status.getState().model!;
  const runId = loci.nextId('first');
  setDraft(loci, { ...EMPTY_DRAFT, bos: model.bos });
  loci.draft.setState({ hint: `Looking for a prompt that ${model.title} knows …`, searching: runId });
  const isMine = (): boolean => loci.draft.getState().searching === runId;
  let first: FirstPrompt;
  try {
    first = await loci.engine.firstPrompt(runId);
  } catch (error) {
    if (!isMine()) return;
    loci.draft.setState({ searching: null });
    const message = messageOf(error);
    if (message.includes(CANCELLED)) return;
    // Not the user's error: leaves the field empty and shows a hint.
    loci.draft.setState({ ...UNCHECKED, hint: message });
    return;
  }
  if (!isMine()) return;
  const { prompt, subject, answer, distractor } = first;
  const found = { prompt, subject: findSubject(prompt, subject), answer, distractor };
  setDraft(loci, { ...EMPTY_DRAFT, bos: model.bos, ...found });
  loci.draft.setState({ first, searching: null });
  await checkDraft(loci);
}

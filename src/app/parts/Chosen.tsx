/** Loci's choices for the question, and the model's certainty on its opening prompt. */
import { choicesText } from '../../results/choicesText';
import { percent } from '../../results/format';
import { useDraft, useStatus } from '../context';
import { subjectOf } from '../question';
import type { DraftState } from '../stores/draft';
import type { StatusState } from '../stores/status';
import { textOf } from '../subject';

export function Chosen() {
  const state = useDraft((draft) => draft);
  const status = useStatus((all) => all);
  const text = chosenText(state, status);
  if (text === null) return null;
  return (
    <p className="muted" role="note" data-testid="choices">
      {text}
    </p>
  );
}

function chosenText({ draft, first, next, problem, hint }: DraftState, status: StatusState): string | null {
  const { model } = status;
  if (problem !== null || hint !== null || !model) return null;
  if (first && first.prompt === draft.prompt) {
    return first.isKnown
      ? `Chosen by Loci: ${model.title} knows this (p ${percent(first.p)}).`
      : `Chosen by Loci: of the prompts that were tried ${model.title} knows none for sure; here it says '${next[0]?.text ?? first.answer}' (p ${percent(first.p)}).`;
  }
  const [top, second] = next;
  if (!top) return null;
  const subject = draft.subject ? null : subjectOf(draft, status);
  // The default answer is the model's own and shown in its field: not a choice of Loci's.
  if (!subject) return null;
  return choicesText({
    subject: textOf(draft.prompt, subject),
    answer: draft.answer === '' ? top : undefined,
    distractor: draft.metric === 'logit-diff' && draft.distractor === '' ? second?.text : undefined,
  });
}

/** Applies a notice's fix: changes the question's words, keeps the rest. */
import type { Words } from '../../engine/api';
import type { Loci } from '../loci';
import { withoutTwin } from '../question';
import type { Draft } from '../stores/draft';
import { bytesOfTokens, findSubject, followEdit } from '../subject';
import { editDraft } from './question';

export async function applyNotice(loci: Loci, change: Partial<Words>): Promise<void> {
  await editDraft(loci, changeOf(loci, change));
}

function changeOf(
  loci: Loci,
  { subject, subjectRange, corrupted, ...words }: Partial<Words>,
): Partial<Draft> {
  const { draft, tokens } = loci.draft.getState();
  const { prompt = draft.prompt } = words;
  const twin = corrupted === '' ? withoutTwin(draft) : { corruptTo: corrupted! };
  return {
    ...words,
    subject: subjectRange
      ? bytesOfTokens(tokens, subjectRange)
      : subject === undefined
        ? draft.subject && followEdit(draft.subject, draft.prompt, prompt)
        : findSubject(prompt, subject),
    ...(corrupted === undefined ? {} : twin),
  };
}

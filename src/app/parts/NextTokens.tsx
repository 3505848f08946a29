/** The model's next tokens; with the finding's corrupted numbers, if measured. */
import { useMemo } from 'react';
import { NextTokensPanel } from '../../panels/next-tokens/Panel';
import { selectNextTokens } from '../../panels/next-tokens/select';
import { outcomeWord, promptOf } from '../../results/asked';
import { editDraft } from '../actions/question';
import { useDraft, useLoci, useStatus } from '../context';
import { isCorruptedAlike } from '../question';
import type { Finding } from '../stores/session';

export function NextTokens({ finding }: { readonly finding: Finding | null }) {
  const loci = useLoci();
  const draft = useDraft((state) => state.draft);
  const next = useDraft((state) => state.next);
  const open = useStatus((state) => state.model);
  // Its corrupted numbers apply to the editor's question.
  const measured = finding && isCorruptedAlike(finding.asked, draft) ? finding.document : null;
  const rows = useMemo(() => selectNextTokens(measured, next), [measured, next]);
  const isMeasured = measured !== null && rows.some((row) => row.corrupted !== null);
  const outcomes = isMeasured ? promptOf(measured).outcomes : open?.spec.head;
  return (
    <NextTokensPanel
      rows={rows}
      outcome={outcomeWord(outcomes)}
      model={((isMeasured ? measured.model : null) ?? open)?.title ?? null}
      answer={draft.answer}
      distractor={draft.distractor}
      onAnswer={(answer) => void editDraft(loci, { answer })}
      onDistractor={(distractor) => void editDraft(loci, { distractor })}
    />
  );
}

/** The right column: what is under the pointer, and what the model says next. */
import { useMemo } from 'react';
import { InspectorPanel } from '../../panels/inspector/Panel';
import { selectInspector } from '../../panels/inspector/select';
import { outcomeWord, promptOf } from '../../results/asked';
import { NextTokensPanel } from '../../panels/next-tokens/Panel';
import { selectNextTokens } from '../../panels/next-tokens/select';
import { selectTrace } from '../../panels/trace/select';
import type { TraceDocument } from '../../results/document';
import { editDraft } from '../actions/question';
import { useDraft, useLoci, useStatus, useView } from '../context';
import { isCorruptedAlike } from '../question';
import type { Draft } from '../stores/draft';
import { type Finding, isTraceFinding, type TraceFinding } from '../stores/session';
import { activeSelection } from '../stores/view';
import { Tighten } from './Tighten';

export function Inspector({ finding }: { readonly finding: TraceFinding }) {
  const loci = useLoci();
  const { document } = finding;
  const trace = useMemo(() => selectTrace(document), [document]);
  const selection = useView(activeSelection);
  const locked = useView((state) => state.locked !== null);
  const view = useMemo(
    () => selection && selectInspector(document, trace, selection),
    [document, trace, selection],
  );
  return (
    <InspectorPanel
      view={view}
      trace={trace}
      kind={selection?.kind ?? 'hidden'}
      metric={document.metric}
      locked={locked}
      tighten={selection && <Tighten finding={finding} at={selection} what="this cell" offered={locked} />}
      onRelease={() => loci.view.setState({ locked: null, hover: null })}
    />
  );
}

export function NextTokens({ finding }: { readonly finding: Finding | null }) {
  const loci = useLoci();
  const draft = useDraft((state) => state.draft);
  const next = useDraft((state) => state.next);
  const open = useStatus((state) => state.model);
  const measured = measuredFor(finding, draft);
  const rows = useMemo(() => selectNextTokens(measured, next), [measured, next]);
  const outcomes = measured ? promptOf(measured).outcomes : open?.spec.head;
  return (
    <NextTokensPanel
      rows={rows}
      outcome={outcomeWord(outcomes)}
      model={(measured?.model ?? open)?.title ?? null}
      answer={draft.answer}
      distractor={draft.distractor}
      onAnswer={(answer) => void editDraft(loci, { answer })}
      onDistractor={(distractor) => void editDraft(loci, { distractor })}
    />
  );
}

/** The trace whose corrupted numbers hold for the question in the editor. */
function measuredFor(finding: Finding | null, draft: Draft): TraceDocument | null {
  if (!finding || !isTraceFinding(finding)) return null;
  return isCorruptedAlike(finding.asked, draft) ? finding.document : null;
}

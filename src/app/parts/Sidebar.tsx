/** The findings of this visit. */
import { lazy, Suspense, useMemo, useState } from 'react';
import { whatDiffers } from '../../panels/compare/differs';
import { Thumbnail } from '../../panels/compare/Thumbnail';
import { promptOf } from '../../results/asked';
import { METRIC_NAMES, percent } from '../../results/format';
import type { Metric } from '../../results/parts';
import { showFinding, togglePin } from '../actions/findings';
import { isGraphFinding } from '../actions/graph';
import { compareWith } from '../actions/graphBeside';
import { useLoci, useSession, useStatus, useView } from '../context';
import { type Catalogue, questionOf } from '../catalogue';
import type { Finding } from '../stores/session';

const CompareDialog = lazy(async () => ({ default: (await import('./CompareDialog')).CompareDialog }));

/** The findings of this visit; two of them are compared. */
export function History() {
  const loci = useLoci();
  const findings = useSession((state) => state.findings);
  const catalogue = useStatus((state) => state.catalogue);
  const [picked, setPicked] = useState<readonly string[]>([]);
  const sorted = [...findings].sort((a, b) => Number(b.pinned) - Number(a.pinned));
  const [a, b] = picked.map((id) => findings.find((finding) => finding.id === id));
  const pick = (id: string) => {
    const others = picked.filter((one) => one !== id);
    const next = others.length < picked.length ? others : [...picked, id];
    const [first, second] = next.map((one) => findings.find((finding) => finding.id === one));
    if (!first || !second || !isGraphFinding(first) || !isGraphFinding(second)) return setPicked(next);
    // Graphs are compared in their own picture.
    setPicked([]);
    showFinding(loci, first.id);
    compareWith(loci, second.id);
  };
  return (
    <section aria-label="Findings of this visit" className="history" data-testid="history">
      <h2>This visit</h2>
      <p className="small muted history-how" role="status">
        {findings.length < 2
          ? ''
          : a
            ? 'A is chosen. Choose B with its ⇄.'
            : 'Press ⇄ on two of them to compare.'}
      </p>
      <ul>
        {sorted.map((finding) => (
          <HistoryItem
            key={finding.id}
            finding={finding}
            before={findings[findings.indexOf(finding) + 1] ?? null}
            picked={picked.includes(finding.id)}
            onPick={findings.length > 1 ? pick : null}
          />
        ))}
      </ul>
      {a && b && (
        <Suspense>
          <CompareDialog
            a={a}
            b={b}
            nameOf={(finding) => wordsOf(finding, catalogue).join(', ')}
            onSwap={() => setPicked(picked.toReversed())}
            onClose={() => setPicked([])}
          />
        </Suspense>
      )}
    </section>
  );
}

const ORIGINS: Record<Finding['origin'], string> = { example: 'example', link: 'opened', run: 'run here' };

interface HistoryItemProps {
  readonly finding: Finding;
  /** The one made before it. */
  readonly before: Finding | null;
  readonly picked: boolean;
  /** Null while there is nothing to compare with. */
  readonly onPick: ((id: string) => void) | null;
}

function HistoryItem({ finding, before, picked, onPick }: HistoryItemProps) {
  const loci = useLoci();
  const current = useSession((state) => state.currentId === finding.id);
  const catalogue = useStatus((state) => state.catalogue);
  const theme = useView((state) => state.theme);
  const { pinned } = finding;
  const differs = useMemo(
    () => whatDiffers(finding.document, before?.document ?? null),
    [finding.document, before?.document],
  );
  // Names the model if the visit has several.
  const isMixed = useSession(({ findings }) =>
    findings.some(({ document }) => document.model.sha256 !== finding.document.model.sha256),
  );
  const [title, measure] = wordsOf(finding, catalogue);
  return (
    <li>
      <button
        type="button"
        className="history-open"
        aria-current={current || undefined}
        onClick={() => showFinding(loci, finding.id)}
      >
        <Thumbnail figures={finding.document.figures} theme={theme} />
        <span className="history-title">{title}</span>
        <span className="small muted history-words">
          {measure}, {ORIGINS[finding.origin]}
          {isMixed && `, ${finding.document.model.title}`}
          {finding.partial && ', unfinished'}
          {differs !== '' && ` · ${differs}`}
        </span>
      </button>
      {onPick && (
        <button
          type="button"
          className="history-pin small"
          aria-pressed={picked}
          aria-label={`Compare ${title}`}
          title={picked ? 'Do not compare' : 'Compare with another finding'}
          data-testid="compare-pick"
          onClick={() => onPick(finding.id)}
        >
          ⇄
        </button>
      )}
      <button
        type="button"
        className="history-pin small"
        aria-pressed={pinned}
        aria-label={pinned ? 'Unpin' : 'Pin'}
        title={pinned ? 'Unpin' : 'Pin to the top'}
        onClick={() => togglePin(loci, finding.id)}
      >
        {pinned ? '★' : '☆'}
      </button>
    </li>
  );
}

/** A title and a few words. */
function wordsOf(finding: Finding, catalogue: Catalogue | null): readonly [string, string] {
  const { kind, title, answer } = finding.document;
  if (title === undefined || !answer) {
    const name = questionOf(catalogue, kind)?.about.title ?? kind.replaceAll('-', ' ');
    return [name, finding.asked.given?.name ?? finding.asked.prompt];
  }
  const { metric } = promptOf(finding.document);
  return [title, metric === 'p' ? percent(answer.p) : METRIC_NAMES[metric as Metric]];
}

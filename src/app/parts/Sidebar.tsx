/** Worked examples, and the findings of this visit. */
import { lazy, Suspense, useMemo, useState } from 'react';
import { whatDiffers } from '../../panels/compare/differs';
import { Thumbnail } from '../../panels/compare/Thumbnail';
import { promptOf } from '../../results/asked';
import { METRIC_NAMES, percent } from '../../results/format';
import type { Metric } from '../../results/parts';
import { showExample } from '../actions/boot';
import { showFinding, togglePin } from '../actions/findings';
import { isGraphFinding } from '../actions/graph';
import { compareWith } from '../actions/graphBeside';
import { useLoci, useSession, useStatus, useView } from '../context';
import { type Catalogue, questionOf } from '../catalogue';
import { examples } from '../examples';
import type { Finding } from '../stores/session';

const CompareDialog = lazy(async () => ({ default: (await import('./CompareDialog')).CompareDialog }));

export function Examples() {
  const loci = useLoci();
  const running = useStatus((state) => state.run !== null);
  return (
    <nav aria-label="Worked examples" className="examples">
      <h2>Worked examples</h2>
      <ol>
        {examples.map((example, index) => (
          <li key={example.title}>
            <button
              type="button"
              data-testid="example"
              className="entry"
              title={example.note}
              data-index={index}
              disabled={running}
              onClick={() => void showExample(loci, index)}
            >
              <span>{example.title}</span>
              <span className="small muted">{example.note}</span>
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
}

/** The findings of this visit; two of them are compared. */
export function History() {
  const loci = useLoci();
  const findings = useSession((state) => state.findings);
  const catalogue = useStatus((state) => state.catalogue);
  const [picked, setPicked] = useState<string | null>(null);
  const sorted = [...findings].sort((a, b) => Number(b.pinned) - Number(a.pinned));
  const current = useSession((state) => state.currentId);
  const beside = useView((state) => state.beside);
  const find = (id: string | null) => findings.find((finding) => finding.id === id);
  const [a, b] = [find(current), find(beside)];
  const compare = (first: Finding, second: Finding) => {
    setPicked(null);
    showFinding(loci, first.id);
    // Graphs are compared in their own picture.
    if (isGraphFinding(first) && isGraphFinding(second)) compareWith(loci, second.id);
    else loci.view.setState({ beside: second.id });
  };
  const pick = (id: string) => {
    const [first, second] = [find(picked), find(id)];
    if (picked === id) setPicked(null);
    else if (first && second) compare(first, second);
    else setPicked(id);
  };
  return (
    <section aria-label="Findings of this visit" className="history" data-testid="history">
      <h2>This visit</h2>
      <p className="small muted history-how" role="status">
        {findings.length < 2
          ? ''
          : picked
            ? 'A is chosen. Choose B with its ⇄.'
            : 'Press ⇄ on two of them to compare.'}
      </p>
      <ul>
        {sorted.map((finding) => (
          <HistoryItem
            key={finding.id}
            finding={finding}
            before={findings[findings.indexOf(finding) + 1] ?? null}
            picked={picked === finding.id}
            onPick={findings.length > 1 ? pick : null}
          />
        ))}
      </ul>
      {a && b && (
        <Suspense>
          <CompareDialog
            key={a.id}
            a={a}
            b={b}
            nameOf={(finding) => wordsOf(finding, catalogue).join(', ')}
            onSwap={() => compare(b, a)}
            onClose={() => loci.view.setState({ beside: null })}
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

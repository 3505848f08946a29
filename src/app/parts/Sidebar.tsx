/** The findings of this visit. */
import { lazy, Suspense, useMemo } from 'react';
import { whatDiffers } from '../../panels/compare/differs';
import { Thumbnail } from '../../panels/compare/Thumbnail';
import { promptOf } from '../../results/asked';
import { isOfNet } from '../../results/ofNet';
import { capitalised } from '../../util/capitalised';
import { METRIC_NAMES, percent } from '../../results/format';
import type { Metric } from '../../results/parts';
import { showFinding, togglePin } from '../actions/findings';
import { isGraphFinding } from '../actions/graph';
import { compareWith } from '../actions/graphBeside';
import { useLoci, useNet, useSession, useStatus, useView } from '../context';
import type { Finding } from '../stores/session';

const CompareDialog = lazy(async () => ({ default: (await import('./CompareDialog')).CompareDialog }));

/** The findings of this visit; any of them is compared with the one shown. */
export function History() {
  const loci = useLoci();
  const findings = useSession((state) => state.findings);
  const current = useSession((state) => state.currentId);
  const beside = useView((state) => state.beside);
  const titleOf = useTitles();
  const sorted = [...findings].sort((a, b) => Number(b.pinned) - Number(a.pinned));
  const [a, b] = [current, beside].map((id) => findings.find((finding) => finding.id === id));
  const compare = (one: Finding) => {
    // Graphs are compared in their own picture.
    if (a && isGraphFinding(a) && isGraphFinding(one)) compareWith(loci, one.id);
    else loci.view.setState({ beside: one.id });
  };
  return (
    <section aria-label="Findings of this visit" className="history" data-testid="history">
      <h2>This visit</h2>
      <p className="small muted history-how">
        {findings.length < 2 ? '' : 'Press ⇄ to compare one with the finding shown.'}
      </p>
      <ul>
        {sorted.map((finding) => (
          <HistoryItem
            key={finding.id}
            finding={finding}
            before={findings[findings.indexOf(finding) + 1] ?? null}
            onCompare={finding.id === current ? null : compare}
          />
        ))}
      </ul>
      {a && b && (
        <Suspense>
          <CompareDialog
            key={a.id}
            a={a}
            b={b}
            nameOf={(finding) => wordsOf(finding, titleOf).join(', ')}
            onSwap={() => {
              showFinding(loci, b.id);
              loci.view.setState({ beside: a.id });
            }}
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
  /** Null for the finding shown. */
  readonly onCompare: ((finding: Finding) => void) | null;
}

function HistoryItem({ finding, before, onCompare }: HistoryItemProps) {
  const loci = useLoci();
  const current = useSession((state) => state.currentId === finding.id);
  const titleOf = useTitles();
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
  const [title, measure] = wordsOf(finding, titleOf);
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
      {onCompare && (
        <button
          type="button"
          className="history-pin small"
          aria-label={`Compare with ${title}`}
          title="Compare the finding shown with this one"
          data-testid="compare-pick"
          onClick={() => onCompare(finding)}
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

type TitleOf = (kind: string) => string | undefined;

/** Titles of the questions about language models and nets. */
function useTitles(): TitleOf {
  const language = useStatus((state) => state.catalogue);
  const nets = useNet((state) => state.catalogue);
  return (kind) => [...(language ?? []), ...(nets ?? [])].find((one) => one.kind === kind)?.about.title;
}

/** A title and a few words. */
function wordsOf(finding: Finding, titleOf: TitleOf): readonly [string, string] {
  const { kind, title, answer } = finding.document;
  if (title === undefined || !answer) {
    const name = titleOf(kind) ?? capitalised(kind.replaceAll('-', ' '));
    if (isOfNet(finding.document)) return [name, title ?? finding.document.model.title];
    return [name, finding.asked.given?.name ?? finding.asked.prompt];
  }
  const { metric } = promptOf(finding.document);
  return [title, metric === 'p' ? percent(answer.p) : METRIC_NAMES[metric as Metric]];
}

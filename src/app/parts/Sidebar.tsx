/** Worked examples, and the findings of this visit. */
import { promptOf } from '../../results/asked';
import { METRIC_NAMES, percent } from '../../results/format';
import type { Metric } from '../../results/parts';
import { showExample } from '../actions/boot';
import { showFinding, togglePin } from '../actions/findings';
import { useLoci, useSession, useStatus } from '../context';
import { type Catalogue, questionOf } from '../catalogue';
import { examples } from '../examples';
import type { Finding } from '../stores/session';

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

export function History() {
  const findings = useSession((state) => state.findings);
  const sorted = [...findings].sort((a, b) => Number(b.pinned) - Number(a.pinned));
  return (
    <section aria-label="Findings of this visit" className="history" data-testid="history">
      <h2>This visit</h2>
      <ul>
        {sorted.map((finding) => (
          <HistoryItem key={finding.id} finding={finding} />
        ))}
      </ul>
    </section>
  );
}

const ORIGINS: Record<Finding['origin'], string> = { example: 'example', link: 'opened', run: 'run here' };

function HistoryItem({ finding }: { readonly finding: Finding }) {
  const loci = useLoci();
  const current = useSession((state) => state.currentId === finding.id);
  const catalogue = useStatus((state) => state.catalogue);
  const { pinned } = finding;
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
        {title}
        <span className="small muted">
          {measure}, {ORIGINS[finding.origin]}
          {isMixed && `, ${finding.document.model.title}`}
          {finding.partial && ', unfinished'}
        </span>
      </button>
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

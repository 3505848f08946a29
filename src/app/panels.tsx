/**
 * A finding's panels, top to bottom: middle column, right column. A new panel is a folder under
 * `src/panels`, a part that gives it the page's state, and a line here.
 */
import { type ComponentType, lazy, type ReactNode, Suspense } from 'react';
import * as words from '../panels/study/Words';
import './parts/results.css';
import { isGraphFinding } from './actions/graph';
import { guarded } from './ErrorBoundary';
import * as figures from './parts/Figures';
import * as method from './parts/Method';
import * as rerun from './parts/Rerun';
import * as stale from './parts/Stale';
import * as tighten from './parts/Tighten';
import type { Finding } from './stores/session';

interface Props {
  readonly finding: Finding;
}

// Parts below the pictures, or not needed for the first finding, load on demand.
const parts = guarded({
  Stale: stale.Stale,
  Words: ({ finding }: Props) => <words.StudyWords document={finding.document} partial={finding.partial} />,
  CorruptedLevel: ({ finding }: Props) => (
    <tighten.Tighten finding={finding} at="corrupted" what="the corrupted level" />
  ),
  Rerun: rerun.Rerun,
  Graph: lazy(async () => ({ default: (await import('./parts/graph/GraphSection')).GraphSection })),
  Edits: lazy(async () => ({ default: (await import('./parts/edits/EditChips')).EditChips })),
  Figures: figures.Figures,
  Readings: lazy(async () => ({ default: (await import('./parts/Readings')).Readings })),
  Generation: lazy(async () => ({ default: (await import('./parts/Generation')).Generation })),
  Method: method.Method,
  Inspector: lazy(async () => ({ default: (await import('./parts/Inspector')).Inspector })),
  EditBar: lazy(async () => ({ default: (await import('./parts/edits/EditBar')).EditBar })),
  GraphInspector: lazy(async () => ({
    default: (await import('./parts/graph/GraphInspector')).AsideInspector,
  })),
});

interface PagePanel {
  readonly Panel: ComponentType<Props>;
  /** Whether a finding has its data. */
  readonly accepts: (finding: Finding) => boolean;
}

const panel = <F extends Finding>(
  Panel: ComponentType<{ readonly finding: F }>,
  accepts: ((finding: Finding) => finding is F) | ((finding: Finding) => boolean) = () => true,
): PagePanel => ({ Panel, accepts }) as PagePanel;

const hasFigures = ({ document }: Finding): boolean => document.figures.length > 0;
const isOnePrompt = ({ document }: Finding): boolean => document.cases.asked === 1;

const MAIN: readonly PagePanel[] = [
  panel(parts.Stale),
  panel(parts.Words),
  panel(parts.CorruptedLevel),
  panel(parts.Rerun),
  panel(parts.Graph, isGraphFinding),
  panel(parts.Edits, isOnePrompt),
  panel(parts.Figures, hasFigures),
  panel(parts.Readings, isOnePrompt),
  panel(parts.Generation, isOnePrompt),
  panel(parts.Method),
];

const ASIDE: readonly PagePanel[] = [
  panel(parts.Inspector, (finding) => hasFigures(finding) || !isGraphFinding(finding)),
  panel(parts.EditBar, isOnePrompt),
  panel(parts.GraphInspector, isGraphFinding),
];

/** `waiting` holds the place of a loading panel. */
const shown = (panels: readonly PagePanel[], finding: Finding, waiting: ReactNode = null) =>
  panels.map(
    ({ Panel, accepts }, i) =>
      accepts(finding) && (
        <Suspense key={i} fallback={waiting}>
          <Panel finding={finding} />
        </Suspense>
      ),
  );

export function Results({ finding }: Props) {
  return (
    <main className="results" data-testid="results">
      {shown(MAIN, finding)}
    </main>
  );
}

export const Aside = ({ finding }: Props) => <>{shown(ASIDE, finding, <section className="inspector" />)}</>;

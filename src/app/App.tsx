/** The page: header, question, and three columns that become one below 800 px. */
import { lazy, Suspense, useEffect, useState } from 'react';
import { isGraphFinding } from './actions/graph';
import { useFinding, useLoci, useView } from './context';
import { ErrorBoundary } from './ErrorBoundary';
import { EngineNote } from './parts/EngineNote';
import { Header } from './parts/Header';
import { Inspector, NextTokens } from './parts/Inspector';
import { QuestionBar } from './parts/QuestionBar';
import { Results } from './parts/Results';
import { Questions } from './parts/Questions';
import { Examples, History } from './parts/Sidebar';
import { isTraceFinding, type StudyFinding } from './stores/session';
import { UNSELECTED } from './stores/view';
import { useNarrow } from './useNarrow';

// Not needed for the first finding: fetched when first shown.
const StudyResults = lazy(async () => ({
  default: (await import('./parts/study/StudyResults')).StudyResults,
}));
const FigureInspector = lazy(async () => ({
  default: (await import('./parts/study/FigureInspector')).FigureInspector,
}));
const GraphInspector = lazy(async () => ({
  default: (await import('./parts/graph/GraphInspector')).GraphInspector,
}));
const MapDialog = lazy(async () => ({ default: (await import('./parts/MapDialog')).MapDialog }));

export function App() {
  const loci = useLoci();
  const finding = useFinding();
  const theme = useView((state) => state.theme);
  const linkError = useView((state) => state.linkError);
  const isUnaddressed = useView((state) => state.isUnaddressed);
  const isNarrow = useNarrow();
  const [isMapOpen, setMapOpen] = useState(false);
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  useEffect(() => {
    const release = (event: KeyboardEvent) => {
      if (event.key === 'Escape') loci.view.setState(UNSELECTED);
    };
    window.addEventListener('keydown', release);
    return () => window.removeEventListener('keydown', release);
  }, [loci]);
  return (
    <>
      <button type="button" className="visually-hidden skip" onClick={skipToResults}>
        Skip to the finding
      </button>
      <div className="top">
        <Header />
        <QuestionBar />
      </div>
      <EngineNote />
      {linkError && (
        <div className="note link-error" role="alert">
          <span data-testid="link-error">{linkError}</span>
          <span className="muted small"> What you see below is another finding.</span>
        </div>
      )}
      {isUnaddressed && (
        <p className="note link-error small" role="note" data-testid="unaddressed">
          This finding is too large for a link: the address does not hold it. Export it as JSON to keep it.
        </p>
      )}
      <div className="columns">
        <div className="column-left">
          <Questions onMap={() => setMapOpen(true)} />
          <Examples />
          <History />
        </div>
        <ErrorBoundary key={finding?.id}>
          {finding && isTraceFinding(finding) && <Results finding={finding} />}
          {finding && !isTraceFinding(finding) && (
            <Suspense fallback={<main className="results" />}>
              <StudyResults finding={finding as StudyFinding} />
            </Suspense>
          )}
        </ErrorBoundary>
        <aside className="column-right">
          {finding && isTraceFinding(finding) && <Inspector finding={finding} />}
          {finding && !isTraceFinding(finding) && (
            <Suspense fallback={<section className="inspector" />}>
              {(!isGraphFinding(finding) || finding.document.figures.length > 0) && (
                <FigureInspector finding={finding as StudyFinding} />
              )}
              {isGraphFinding(finding) && !isNarrow && <GraphInspector key={finding.id} finding={finding} />}
            </Suspense>
          )}
          <NextTokens finding={finding} />
        </aside>
      </div>
      {isMapOpen && (
        <Suspense>
          <MapDialog onClose={() => setMapOpen(false)} />
        </Suspense>
      )}
    </>
  );
}

/** A button: the address's fragment belongs to findings. */
function skipToResults(): void {
  const results = document.querySelector<HTMLElement>('.results');
  results?.setAttribute('tabindex', '-1');
  results?.focus();
}

/** The page: header, question, and three columns that become one below 800 px. */
import { useEffect } from 'react';
import { useFinding, useLoci, useView } from './context';
import { ErrorBoundary } from './ErrorBoundary';
import { Header } from './parts/Header';
import { Inspector, NextTokens } from './parts/Inspector';
import { QuestionBar } from './parts/QuestionBar';
import { Results } from './parts/Results';
import { Examples, History } from './parts/Sidebar';

export function App() {
  const loci = useLoci();
  const finding = useFinding();
  const theme = useView((state) => state.theme);
  const linkError = useView((state) => state.linkError);
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  useEffect(() => {
    const release = (event: KeyboardEvent) => {
      if (event.key === 'Escape') loci.view.setState({ locked: null, hover: null, headPreview: null });
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
      {linkError && (
        <div className="note link-error" role="alert">
          <span data-testid="link-error">{linkError}</span>
          <span className="muted small"> What you see below is another finding.</span>
        </div>
      )}
      <div className="columns">
        <div className="column-left">
          <Examples />
          <History />
        </div>
        <ErrorBoundary key={finding?.id}>{finding && <Results finding={finding} />}</ErrorBoundary>
        <aside className="column-right">
          {finding && <Inspector finding={finding} />}
          <NextTokens finding={finding} />
        </aside>
      </div>
    </>
  );
}

/** A button: the address's fragment belongs to findings. */
function skipToResults(): void {
  const results = document.querySelector<HTMLElement>('.results');
  results?.setAttribute('tabindex', '-1');
  results?.focus();
}

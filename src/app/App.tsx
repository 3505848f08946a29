/** The page: header, question, and three columns (one below 800 px). */
import { lazy, Suspense, useEffect, useState } from 'react';
import { useFinding, useLoci, useNet, useView } from './context';
import { guarded } from './ErrorBoundary';
import * as engineNote from './parts/EngineNote';
import * as examples from './parts/Examples';
import * as header from './parts/Header';
import * as nextTokens from './parts/NextTokens';
import * as printFoot from './parts/PrintFoot';
import * as questionBar from './parts/QuestionBar';
import * as questions from './parts/Questions';
import * as sidebar from './parts/Sidebar';
import * as updateNote from './parts/UpdateNote';
import { Aside, Results } from './panels';
import { useNarrow } from '../ui/useNarrow';
import { UNSELECTED } from './stores/view';

// Parts that the first finding does not need load on demand.
const {
  EngineNote,
  UpdateNote,
  PrintFoot,
  Header,
  QuestionBar,
  Questions,
  Examples,
  ExamplesMenu,
  History,
  NextTokens,
  NetBar,
  NetQuestions,
  NetIntro,
  NetPanel,
  MapOfExperiments,
  Tour,
} = guarded({
  EngineNote: engineNote.EngineNote,
  Header: header.Header,
  QuestionBar: questionBar.QuestionBar,
  Questions: questions.Questions,
  Examples: examples.Examples,
  ExamplesMenu: examples.ExamplesMenu,
  History: sidebar.History,
  NextTokens: nextTokens.NextTokens,
  UpdateNote: updateNote.UpdateNote,
  PrintFoot: printFoot.PrintFoot,
  NetBar: lazy(async () => ({ default: (await import('./parts/net/NetBar')).NetBar })),
  NetQuestions: lazy(async () => ({ default: (await import('./parts/net/NetQuestions')).NetQuestions })),
  NetIntro: lazy(async () => ({ default: (await import('./parts/net/NetIntro')).NetIntro })),
  NetPanel: lazy(async () => ({ default: (await import('./parts/net/NetPanel')).NetPanel })),
  MapOfExperiments: lazy(async () => ({ default: (await import('./parts/MapDialog')).MapDialog })),
  Tour: lazy(async () => ({ default: (await import('./tour/Tour')).Tour })),
});

export function App() {
  const loci = useLoci();
  const finding = useFinding();
  const theme = useView((state) => state.theme);
  const linkError = useView((state) => state.linkError);
  const isUnaddressed = useView((state) => state.isUnaddressed);
  const isTouring = useView((state) => state.tour === 'on');
  const isOfNet = useNet((state) => state.open !== null);
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
        <Header>
          <ExamplesMenu />
        </Header>
        <Asking />
      </div>
      <UpdateNote />
      <div className="toasts">
        <EngineNote />
        {linkError && (
          <div className="note toast" role="alert">
            <span data-testid="link-error">{linkError}</span>
            <span className="muted small"> What you see below is another finding.</span>
          </div>
        )}
        {isUnaddressed && (
          <p className="note toast small" role="note" data-testid="unaddressed">
            This finding is too large for a link: the address does not hold it. Export it as JSON to keep it.
          </p>
        )}
      </div>
      <div className="columns">
        <div className="column-left">
          {isOfNet ? (
            <Suspense>
              <NetQuestions />
            </Suspense>
          ) : (
            <Questions onMap={() => setMapOpen(true)} />
          )}
          <Examples />
          <History />
        </div>
        {finding && <Results key={finding.id} finding={finding} />}
        {!finding && isOfNet && (
          <Suspense>
            <NetIntro />
          </Suspense>
        )}
        <aside className="column-right">
          {isOfNet && (
            <Suspense>
              <NetPanel />
            </Suspense>
          )}
          {finding && <Aside key={finding.id} finding={finding} />}
          {!isOfNet && <NextTokens finding={finding} />}
        </aside>
      </div>
      {finding && <PrintFoot finding={finding} />}
      {isMapOpen && (
        <Suspense>
          <MapOfExperiments onClose={() => setMapOpen(false)} />
        </Suspense>
      )}
      {isTouring && (
        <Suspense>
          <Tour />
        </Suspense>
      )}
    </>
  );
}

/** In one column a reader's first screen is for the finding: the editor is folded. */
function Asking() {
  const isNarrow = useNarrow();
  const isOfNet = useNet((state) => state.open !== null);
  const bar = isOfNet ? (
    <Suspense fallback={<section className="question" />}>
      <NetBar />
    </Suspense>
  ) : (
    <QuestionBar />
  );
  if (!isNarrow) return bar;
  return (
    <details className="ask-own" data-testid="ask-own">
      <summary>Ask your own</summary>
      {bar}
    </details>
  );
}

/** A button: the address's fragment is for findings. */
function skipToResults(): void {
  const results = document.querySelector<HTMLElement>('.results');
  results?.setAttribute('tabindex', '-1');
  results?.focus();
}

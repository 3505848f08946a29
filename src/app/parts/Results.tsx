/** The finding: a sentence, its pictures, and how it was made. */
import { lazy, Suspense, useMemo } from 'react';
import { FindingPanel } from '../../panels/finding/Panel';
import { selectFinding } from '../../panels/finding/select';
import { TracePanel } from '../../panels/trace/Panel';
import { selectTrace } from '../../panels/trace/select';
import { useLoci, useView } from '../context';
import { guarded } from '../ErrorBoundary';
import type { TraceFinding } from '../stores/session';
import { activeSelection } from '../stores/view';
import { hoverActions } from './hover';
import * as method from './Method';
import * as rerun from './Rerun';
import * as stale from './Stale';
import * as tighten from './Tighten';

interface Props {
  readonly finding: TraceFinding;
}

const { Stale, Finding, Tighten, Rerun, CausalTrace, Readings, Generation, Method } = guarded({
  Stale: stale.Stale,
  Finding: FindingWords,
  Tighten: tighten.Tighten,
  Rerun: rerun.Rerun,
  CausalTrace: Trace,
  // These stand below the picture, so they may come after it.
  Readings: lazy(async () => ({ default: (await import('./Readings')).Readings })),
  Generation: lazy(async () => ({ default: (await import('./Generation')).Generation })),
  Method: method.Method,
});

export function Results({ finding }: Props) {
  return (
    <main className="results">
      <Stale finding={finding} />
      <Finding finding={finding} />
      <Tighten finding={finding} at="corrupted" what="the corrupted level" />
      <Rerun finding={finding} />
      <section aria-label="Causal trace">
        <CausalTrace finding={finding} />
      </section>
      <Suspense fallback={null}>
        <Readings finding={finding} />
        <Generation />
      </Suspense>
      <Method finding={finding} />
    </main>
  );
}

function FindingWords({ finding: { document } }: Props) {
  const words = useMemo(() => selectFinding(document), [document]);
  return <FindingPanel view={words} />;
}

function Trace({ finding: { document } }: Props) {
  const loci = useLoci();
  const trace = useMemo(() => selectTrace(document), [document]);
  const selection = useView(activeSelection);
  const locked = useView((state) => state.locked !== null);
  const asTable = useView((state) => state.asTable);
  const theme = useView((state) => state.theme);
  return (
    <>
      <div className="section-head">
        <h2>What comes back when one state is restored</h2>
        <label className="check small">
          <input
            type="checkbox"
            data-testid="as-table"
            checked={asTable}
            onChange={(event) => loci.view.setState({ asTable: event.target.checked })}
          />
          Read as table
        </label>
      </div>
      <TracePanel
        view={trace}
        metric={document.metric}
        theme={theme}
        selection={selection}
        locked={locked}
        asTable={asTable}
        {...hoverActions(loci)}
      />
      <p className="small muted legend">
        Tokens with * are the subject. {trace.legend.join(' ')} Tokens before the subject cannot have an
        effect: nothing about them was corrupted.
      </p>
    </>
  );
}

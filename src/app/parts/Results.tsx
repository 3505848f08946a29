/** The finding: a sentence, its pictures, and how it was made. */
import { useMemo } from 'react';
import { FindingPanel } from '../../panels/finding/Panel';
import { selectFinding } from '../../panels/finding/select';
import { TracePanel } from '../../panels/trace/Panel';
import { selectTrace } from '../../panels/trace/select';
import { useLoci, useView } from '../context';
import type { TraceFinding } from '../stores/session';
import { activeSelection } from '../stores/view';
import { Generation } from './Generation';
import { hoverActions } from './hover';
import { Method } from './Method';
import { Readings } from './Readings';
import { Rerun } from './Rerun';
import { Stale } from './Stale';
import { Tighten } from './Tighten';

export function Results({ finding }: { readonly finding: TraceFinding }) {
  const loci = useLoci();
  const { document } = finding;
  const words = useMemo(() => selectFinding(document), [document]);
  const trace = useMemo(() => selectTrace(document), [document]);
  const selection = useView(activeSelection);
  const locked = useView((state) => state.locked !== null);
  const asTable = useView((state) => state.asTable);
  const theme = useView((state) => state.theme);
  return (
    <main className="results">
      <Stale finding={finding} />
      <FindingPanel view={words} />
      <Tighten finding={finding} at="corrupted" what="the corrupted level" />
      <Rerun finding={finding} />
      <section aria-label="Causal trace">
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
      </section>
      <Readings finding={finding} />
      <Generation />
      <Method finding={finding} />
    </main>
  );
}

/** The inspector: one sentence and the numbers of the selected cell. */
import type { ReactNode } from 'react';
import type { TraceKind, Metric } from '../../results/document';
import { CellDraws } from '../trace/CellDraws';
import { CellNumbers } from '../trace/CellNumbers';
import type { TraceView } from '../trace/select';
import type { InspectorView } from './select';

export interface InspectorPanelProps {
  readonly view: InspectorView | null;
  readonly trace: TraceView;
  readonly kind: TraceKind;
  readonly metric: Metric;
  readonly locked: boolean;
  /** Draws more noise for the cell. */
  readonly tighten: ReactNode;
  readonly onRelease: () => void;
}

export function InspectorPanel(props: InspectorPanelProps) {
  const { view, trace, kind, metric, locked, tighten, onRelease } = props;
  return (
    <section className="inspector" data-testid="inspector" aria-label="Inspector" aria-live="polite">
      <div className="section-head">
        <h2>Inspector</h2>
        {locked && (
          <button type="button" className="link-button small" onClick={onRelease}>
            Release (Esc)
          </button>
        )}
      </div>
      {view ? (
        <>
          <h3>{view.title}</h3>
          <p>{view.sentence}</p>
          {view.cell && <CellDraws view={trace} metric={metric} cell={view.cell} />}
          {view.cell && <CellNumbers cell={view.cell} kind={kind} view={trace} metric={metric} />}
          {view.cell && tighten}
          {view.site && (
            <p className="small muted">
              Hook site <code>{view.site}</code>
            </p>
          )}
        </>
      ) : (
        <p className="muted">
          Point at a cell to read it. Click or Enter keeps it here, Escape lets it go, arrow keys move.
        </p>
      )}
    </section>
  );
}

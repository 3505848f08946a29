/** The right column for a study: the cell that is selected, in the figure it was selected in and in its neighbours. */
import { useMemo } from 'react';
import { CellNumbers } from '../../../panels/figure/CellNumbers';
import { cellAt, cellView, groupFigures } from '../../../panels/figure/select';
import { useLoci, useView } from '../../context';
import type { StudyFinding } from '../../stores/session';
import { activeFigure, UNSELECTED } from '../../stores/view';

/** More figures that have the same cell are not listed. */
const MOST = 6;

export function FigureInspector({ finding }: { readonly finding: StudyFinding }) {
  const loci = useLoci();
  const selection = useView(activeFigure);
  const locked = useView((state) => state.figureLocked !== null);
  const views = useMemo(() => groupFigures(finding.document.figures).flat(), [finding.document.figures]);
  const shown = views
    .flatMap((view) => {
      const cell = cellAt(view, selection);
      return cell === null ? [] : [{ view, cell: cellView(view, cell) }];
    })
    .sort((a, b) => Number(isOwn(b.view.figure.name)) - Number(isOwn(a.view.figure.name)))
    .slice(0, MOST);
  function isOwn(name: string): boolean {
    return name === selection?.figure;
  }
  return (
    <section className="inspector" aria-label="Inspector" data-testid="inspector">
      <div className="section-head">
        <h2>{locked ? 'Kept' : 'Under the pointer'}</h2>
        {locked && (
          <button type="button" className="link-button small" onClick={() => loci.view.setState(UNSELECTED)}>
            Release
          </button>
        )}
      </div>
      {shown.length === 0 ? (
        <p className="muted small">Point at a cell to read it here; click to keep it.</p>
      ) : (
        <>
          <p>
            <strong>{shown[0]!.cell.place}</strong>
          </p>
          {shown.map(({ view, cell }) => (
            <div key={view.figure.name} className="small">
              <p className="muted">{view.figure.title}</p>
              <CellNumbers view={view} cell={cell} />
            </div>
          ))}
        </>
      )}
    </section>
  );
}

/** The cell under the pointer, or the locked one. */
import { useMemo } from 'react';
import { CellDraws } from '../../panels/figure/CellDraws';
import { CellNumbers } from '../../panels/figure/CellNumbers';
import { HEAD_KINDS } from '../../panels/attention/headKinds';
import { cellAt, cellView, selectFigure } from '../../panels/figure/select';
import { Button } from '../../ui/Button';
import { useLoci, useView } from '../context';
import type { Finding } from '../stores/session';
import { activeSelection, UNSELECTED } from '../stores/view';
import { headOf, useHeadKinds } from './headKinds';
import { Tighten } from './Tighten';

/** Most figures listed with the same cell. */
const MOST = 6;

/** The selected cell in its figure and in the neighbours. */
export function Inspector({ finding }: { readonly finding: Finding }) {
  const loci = useLoci();
  const { figures } = finding.document;
  const selection = useView(activeSelection);
  const locked = useView((state) => state.locked !== null);
  const views = useMemo(() => figures.map((figure) => selectFigure(figure)), [figures]);
  const head = headOf(selection);
  const shares = useHeadKinds(finding, head !== null);
  const kinds = head && shares?.[head.layer]?.[head.head];
  const isOwn = (name: string) => Number(name === selection?.figure);
  const shown = views
    .flatMap((view) => {
      const cell = cellAt(view, selection);
      return cell === null ? [] : [{ view, cell: cellView(view, cell) }];
    })
    .sort((a, b) => isOwn(b.view.figure.name) - isOwn(a.view.figure.name))
    .slice(0, MOST);
  return (
    <section
      className={locked ? 'inspector locked' : 'inspector'}
      data-testid="inspector"
      aria-label="Inspector"
      aria-live="polite"
    >
      <div className="section-head">
        <h2>Inspector</h2>
        {locked && (
          <Button look="link" small onClick={() => loci.view.setState(UNSELECTED)}>
            Release (Esc)
          </Button>
        )}
      </div>
      {shown.length === 0 ? (
        <p className="muted">
          Point at a cell to read it. Click or Enter keeps it here, Escape lets it go, arrow keys move.
        </p>
      ) : (
        <>
          <h3>{shown[0]!.cell.place}</h3>
          {kinds && <HeadKinds shares={kinds} />}
          {shown.map(({ view: { figure }, cell }, index) => (
            <div key={figure.name} className="small">
              <p className="muted">{figure.title}</p>
              {index === 0 && <CellDraws figure={figure} cell={cell.cell} />}
              <CellNumbers view={{ figure }} cell={cell} />
              {index === 0 && (
                <Tighten
                  finding={finding}
                  at={{ figure: figure.name, cell: cell.cell }}
                  what="this cell"
                  offered={locked}
                />
              )}
            </div>
          ))}
        </>
      )}
    </section>
  );
}

function HeadKinds({ shares }: { readonly shares: readonly number[] }) {
  return (
    <p
      className="small"
      data-testid="head-kinds"
      title="Share of its attention, on repeated random tokens, where such a head would look"
    >
      {HEAD_KINDS.map((kind, k) => `${kind} ${shares[k]!.toFixed(2)}`).join(', ')}
    </p>
  );
}

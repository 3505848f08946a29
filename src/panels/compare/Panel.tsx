/** Compares two graphs: counts, the legend of three looks, and the edges that differ. */
import { useMemo, useState } from 'react';
import { percent } from '../../results/format';
import type { Theme } from '../../ui/colour';
import { LinkButton } from '../../ui/LinkButton';
import { Tooltip } from '../../ui/Tooltip';
import type { MarkData } from '../../view/marks/data';
import { MarkPicture } from '../../view/marks/MarkPicture';
import { edgeInk } from '../graph/stroke';
import type { CompareRow, CompareView } from './select';

export interface ComparePanelProps {
  readonly view: CompareView;
  /** Short names of the two. */
  readonly nameOfA: string;
  readonly nameOfB: string;
  /** The graph drawn, or both as one: all share a layout. */
  readonly drawn: 'both' | 'a' | 'b';
  readonly theme: Theme;
  readonly onDraw: (which: 'both' | 'a' | 'b') => void;
}

/** Rows shown at first. */
const FEW = 12;

const DRAW = { a: 'Draw A', b: 'Draw B', both: 'Both' } as const;
const KEPT = { both: 'both', a: 'A only', b: 'B only' } as const;

export function ComparePanel({ view, nameOfA, nameOfB, drawn, theme, onDraw }: ComparePanelProps) {
  const [all, setAll] = useState(false);
  const { both, onlyA, onlyB } = view.comparison;
  const counts = { both, a: onlyA, b: onlyB };
  const rows = all ? view.rows : view.rows.slice(0, FEW);
  return (
    <div className="compare" data-testid="compare">
      <p data-testid="compare-counts">{view.sentence}</p>
      <p className="small muted">
        A: {nameOfA}. B: {nameOfB}.
      </p>
      <div className="compare-drawn small" role="group" aria-label="Drawn">
        {(['a', 'b', 'both'] as const).map((which) => (
          <LinkButton key={which} aria-pressed={drawn === which} onClick={() => onDraw(which)}>
            {DRAW[which]}
          </LinkButton>
        ))}
      </div>
      <ul className="compare-legend small">
        {(['both', 'a', 'b'] as const).map((kept) => (
          <li key={kept}>
            <Look kept={kept} theme={theme} />
            {KEPT[kept]} ({counts[kept]})
          </li>
        ))}
      </ul>
      {view.scatter && <Scores scatter={view.scatter} theme={theme} />}
      {rows.length > 0 && (
        <div className="compare-scroll">
          <table className="small compare-edges">
            <thead>
              <tr>
                <th scope="col" className="left">
                  wire
                </th>
                <th scope="col" className="left">
                  kept by
                </th>
                <th scope="col">A</th>
                <th scope="col">B</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ name, kept, a, b }) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td className="left">
                    <Look kept={kept} theme={theme} /> {KEPT[kept]}
                  </td>
                  <td>{a}</td>
                  <td>{b}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {view.rows.length > FEW && (
        <LinkButton className="small compare-more" onClick={() => setAll(!all)}>
          {all ? 'Fewer' : `All ${view.rows.length}`}
        </LinkButton>
      )}
    </div>
  );
}

/** One point per edge; both graphs agree on the diagonal. */
function Scores({ scatter: data, theme }: { readonly scatter: MarkData; readonly theme: Theme }) {
  const [hovered, setHovered] = useState<{ cell: number; anchor: DOMRect } | null>(null);
  const row = hovered && Math.floor(hovered.cell / 2);
  const all = useMemo(() => [data], [data]);
  return (
    <>
      <MarkPicture
        name="scatter"
        all={all}
        theme={theme}
        testId={() => 'compare-scores'}
        label={() => 'Scores of edges, in A across and in B upwards'}
        active={hovered?.cell ?? null}
        locked={false}
        onHover={(cell, anchor) => setHovered(cell !== null && anchor ? { cell, anchor } : null)}
        onLock={() => undefined}
      />
      {hovered && row !== null && (
        <Tooltip anchor={hovered.anchor}>
          <strong>{data.rows[row]!.text}</strong>
          {data.columns.map((name, column) => (
            <div key={name}>
              {name} {percent(data.cell(row, column).value!)}
            </div>
          ))}
        </Tooltip>
      )}
    </>
  );
}

/** As in the combined picture; shared edges have the colour of their sign there. */
function Look({ kept, theme }: Pick<CompareRow, 'kept'> & Pick<ComparePanelProps, 'theme'>) {
  const style = kept === 'both' ? {} : { borderTopColor: edgeInk(theme).only[kept] };
  return <span className={`compare-look ${kept}`} style={style} aria-hidden="true" />;
}

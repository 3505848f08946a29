/** A lens: top token per position and layer, or one token's numbers; colour shows their size. */
import { useMemo, useRef, useState } from 'react';
import { percent } from '../../results/format';
import type { Theme } from '../../ui/colour';
import { LinkButton } from '../../ui/LinkButton';
import { Segments } from '../../ui/Segments';
import { Tooltip } from '../../ui/Tooltip';
import { visibleToken } from '../../util/visible';
import { Bar } from '../../view/marks/Bar';
import { cellIndex, type MarkData } from '../../view/marks/data';
import { MarkPicture } from '../../view/marks/MarkPicture';
import { useRoom } from '../../view/marks/useRoom';
import type { Selection } from '../selection';
import { barOfLens, type FollowedToken, type LensCell, type LensCells, placeText } from './select';
import './lens.css';

export interface LensPanelProps {
  readonly view: MarkData;
  readonly cells: LensCells;
  /** 'Logit lens' */
  readonly name: string;
  readonly followed: FollowedToken | null;
  /** The likeliest tokens of the selected cell, once read. */
  readonly top: readonly LensCell[] | null;
  readonly theme: Theme;
  readonly selection: Selection | null;
  readonly locked: boolean;
  readonly onHover: (selection: Selection | null) => void;
  readonly onLock: (selection: Selection | null) => void;
  /** Null: each cell's own likeliest token again. */
  readonly onFollow: (token: FollowedToken | null) => void;
}

export function LensPanel(props: LensPanelProps) {
  const { view, cells, name, followed, top, theme, selection, locked, onHover, onLock, onFollow } = props;
  const [anchor, setAnchor] = useState<DOMRect | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const room = useRoom(box);
  // One list per view: a new list is drawn again.
  const all = useMemo(() => [view], [view]);
  const bar = useMemo(() => barOfLens(view, followed), [view, followed]);
  const { length } = view.columns;
  const placeOf = (cell: number): Selection => ({
    row: Math.floor(cell / length),
    layer: (cell % length) - 1,
  });
  const follow = ({ id, text }: LensCell) => onFollow({ id, text, by: followed?.by ?? 'p' });
  const lock = (place: Selection | null) => {
    onLock(place);
    const isReleased = locked && place?.row === selection?.row && place?.layer === selection?.layer;
    if (place === null || isReleased) onFollow(null);
    else {
      const read = cells[place.layer + 1]?.[place.row];
      if (!followed && read) follow(read);
    }
  };
  return (
    <div className="lens">
      <Followed {...props} onPick={follow} />
      <div className="figure-group coloured">
        <div ref={box} className="filling" style={{ maxHeight: room || undefined }}>
          <MarkPicture
            name="heatmap"
            all={all}
            theme={theme}
            room={room || undefined}
            testId={() => 'lens-grid'}
            label={() => `${name}: most likely next token, positions by layers`}
            active={selection && cellIndex(view, selection.row, selection.layer + 1)}
            locked={locked}
            onHover={(cell, at) => {
              setAnchor(cell === null ? null : at);
              onHover(cell === null ? null : placeOf(cell));
            }}
            onLock={(cell) => lock(cell === null ? null : placeOf(cell))}
          />
        </div>
        <Bar bar={bar} theme={theme} />
      </div>
      {anchor && selection && (
        <Tooltip anchor={anchor}>
          <strong>{placeText(view.rows, selection.row, selection.layer + 1)}</strong>
          {followed && (
            <p>
              <bdi>{visibleToken(followed.text)}</bdi>: {followed.by === 'rank' && 'rank '}
              {view.cell(selection.row, selection.layer + 1).text}
            </p>
          )}
          <ol className="lens-top">
            {(top ?? cells[selection.layer + 1]?.slice(selection.row, selection.row + 1) ?? []).map(
              ({ id, text, p }) => (
                <li key={id}>
                  <bdi>{visibleToken(text)}</bdi> <span>{percent(p)}</span>
                </li>
              ),
            )}
          </ol>
        </Tooltip>
      )}
    </div>
  );
}

/** What the map shows, how to change it, and the tokens of a locked cell. */
function Followed({
  followed,
  top,
  locked,
  onFollow,
  onPick,
}: LensPanelProps & { readonly onPick: (token: LensCell) => void }) {
  if (!followed)
    return (
      <p className="small muted lens-followed">
        What the clean run would say after each block. Point at a cell for five tokens; click to follow one.
      </p>
    );
  return (
    <div className="small lens-followed" data-testid="lens-followed">
      <span>
        Following <strong dir="auto">{visibleToken(followed.text)}</strong>
      </span>
      <Segments
        label="Number shown"
        choices={[
          ['p', 'Probability'],
          ['rank', 'Rank'],
        ]}
        chosen={followed.by}
        onChoose={(by) => onFollow({ ...followed, by })}
      />
      <LinkButton onClick={() => onFollow(null)}>Unpin</LinkButton>
      {locked && top && (
        <span className="lens-others">
          {top
            .filter(({ id }) => id !== followed.id)
            .map((token) => (
              <LinkButton key={token.id} title="Follow this token" onClick={() => onPick(token)}>
                <bdi>{visibleToken(token.text)}</bdi> {percent(token.p)}
              </LinkButton>
            ))}
        </span>
      )}
    </div>
  );
}

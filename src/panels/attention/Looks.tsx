/** The prompt as text: the pointed token, and where it looks, coloured as in the head's map. */
import { memo, useMemo } from 'react';
import { colours, inkOn, type Theme } from '../../ui/colour';
import type { RowName } from '../../view/marks/data';
import { type AttentionView, type HeadMap, looksOf } from './select';

export interface LooksProps {
  readonly view: AttentionView;
  readonly map: HeadMap;
  readonly rows: readonly RowName[];
  readonly theme: Theme;
  readonly isCausal: boolean;
  /** The position that looks. */
  readonly row: number | null;
  readonly onRow: (row: number | null) => void;
  readonly onLock: (row: number) => void;
}

/** Fainter attention is not coloured. */
const FAINT = 0.02;

export function Looks({ view, map, rows, theme, isCausal, row, onRow, onLock }: LooksProps) {
  const looks = useMemo(
    () => (row === null ? null : looksOf(view, map, row, rows.length)),
    [view, map, rows, row],
  );
  const colour = useMemo(() => colours('blue', theme), [theme]);
  const positionOf = (target: EventTarget): number | null => {
    const { position } = (target as HTMLElement).dataset;
    return position === undefined ? null : Number(position);
  };
  return (
    <div className="looks">
      <p className="small muted looks-how">Point at a token: what it looks at is coloured.</p>
      {/* The map above is the same, and is read by keyboard. */}
      <p
        className="looks-text"
        data-testid="attention-text"
        aria-hidden="true"
        onPointerOver={(event) => onRow(positionOf(event.target))}
        onPointerLeave={() => onRow(null)}
        onClick={(event) => {
          const position = positionOf(event.target);
          if (position !== null) onLock(position);
        }}
      >
        {rows.map(({ text }, position) => {
          const strength = looks && (!isCausal || position <= row!) ? looks[position]! : 0;
          const fill = strength > FAINT ? colour(strength) : null;
          return (
            <Word
              key={position}
              text={text}
              position={position}
              fill={fill}
              isLooking={position === row}
              isHidden={isCausal && row !== null && position > row}
            />
          );
        })}
      </p>
    </div>
  );
}

interface WordProps {
  readonly text: string;
  readonly position: number;
  readonly fill: string | null;
  readonly isLooking: boolean;
  /** In the future of the token that looks. */
  readonly isHidden: boolean;
}

const Word = memo(function Word({ text, position, fill, isLooking, isHidden }: WordProps) {
  const style = fill ? { background: fill, color: inkOn(fill) } : undefined;
  const className = isLooking ? 'looking' : isHidden ? 'unseen' : undefined;
  return (
    <span className={className} style={style} data-position={position}>
      {text}
    </span>
  );
});

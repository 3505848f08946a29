/** Small multiples on the page; each picture is its own grid. */
import { useMemo, useRef } from 'react';
import type { Theme } from '../../ui/colour';
import type { MarkData } from './data';
import { rowNamesWidth } from './names';
import type { Mark } from './mark';
import { multiples } from './layout';
import { Picture, type PictureProps } from './Picture';
import { type Scene, screen } from './scene';
import { useWidth } from './useWidth';

export interface MultiplesProps extends Pick<PictureProps, 'active' | 'locked' | 'drag'> {
  readonly mark: Mark;
  readonly all: readonly MarkData[];
  readonly theme: Theme;
  /** False if a neighbour shows them. */
  readonly hasRowNames?: boolean;
  /** Height to be filled. */
  readonly room?: number | undefined;
  /** Label of one picture. */
  readonly label: (data: MarkData) => string;
  readonly testId: (picture: number) => string;
  readonly onHover: (cell: number | null, anchor: DOMRect | null, picture: number) => void;
  readonly onLock: (cell: number | null, picture: number) => void;
  /** Opens or closes the fold. */
  readonly onFold?: (() => void) | undefined;
}

export function Multiples({
  mark,
  all,
  theme,
  hasRowNames = true,
  room,
  label,
  testId,
  onHover,
  onLock,
  onFold,
  ...rest
}: MultiplesProps) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const ink = useMemo(() => screen(theme), [theme]);
  const drawn = useMemo(
    () =>
      width === 0
        ? null
        : multiples(mark, all, {
            width: Math.max(width, leastWidth(mark, all[0]!, hasRowNames)),
            ...(room !== undefined && { height: room }),
            ink,
            hasRowNames,
          }),
    [mark, all, width, room, ink, hasRowNames],
  );
  return (
    <div ref={box} className="multiples" style={drawn ? { height: drawn.height } : undefined}>
      {drawn?.pictures.map(({ scene, x, y }, i) => (
        <div key={i} style={{ left: x, top: y }}>
          {scene.fold && onFold && (
            <FoldButton {...scene.fold} isNamed={i === 0 && hasRowNames} onFold={onFold} />
          )}
          <Picture
            scene={scene}
            ink={ink}
            label={label(all[i]!)}
            testId={testId(i)}
            {...rest}
            onHover={(cell, anchor) => onHover(cell, anchor, i)}
            onLock={(cell) => onLock(cell, i)}
          />
        </div>
      ))}
    </div>
  );
}

interface FoldButtonProps extends NonNullable<Scene['fold']> {
  /** The others are for the pointer alone. */
  readonly isNamed: boolean;
  readonly onFold: () => void;
}

function FoldButton({ isNamed, onFold, text, isOpen, x, y, width, height }: FoldButtonProps) {
  return (
    <button
      type="button"
      className="fold"
      aria-label={text}
      aria-expanded={isOpen}
      title={text}
      {...(!isNamed && { tabIndex: -1, 'aria-hidden': true })}
      style={{ left: x, top: y, width, height }}
      onClick={onFold}
    />
  );
}

/** With the row names. */
function leastWidth(mark: Mark, data: MarkData, hasRowNames: boolean): number {
  return mark.leastWidth(data) + (mark.sharesAxes && hasRowNames ? rowNamesWidth(data) : 0);
}

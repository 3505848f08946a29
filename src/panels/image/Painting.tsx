/**
 * A picture that is painted over in cells: the pointer paints while it is pressed, Enter changes the
 * cell in focus, arrow keys move.
 */
import { type PointerEvent, useMemo, useRef, useState } from 'react';
import type { Pixels } from '../../model/picture';
import type { Theme } from '../../ui/colour';
import type { MarkData } from '../../view/marks/data';
import { mapScene } from '../../view/marks/map';
import { Picture } from '../../view/marks/Picture';
import { screen } from '../../view/marks/scene';
import { useWidth } from '../../view/marks/useWidth';
import { pictureAddress } from './pixels';

export interface PaintingProps {
  readonly picture: Pixels;
  readonly label: string;
  readonly theme: Theme;
  readonly rows: number;
  readonly columns: number;
  /** Row by row. */
  readonly cells: readonly boolean[];
  readonly onPaint: (cell: number, isOn: boolean) => void;
}

export function Painting({ picture, label, theme, rows, columns, cells, onPaint }: PaintingProps) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const [active, setActive] = useState<number | null>(null);
  /** What the pressed pointer paints; null: it is not pressed. */
  const painting = useRef<boolean | null>(null);
  const byPointer = useRef(false);
  const href = useMemo(() => pictureAddress(picture), [picture]);
  const ink = useMemo(() => screen(theme), [theme]);
  const scene = useMemo(() => {
    const data: MarkData = {
      rows: Array.from({ length: rows }, (_, i) => ({ text: `${i}` })),
      columns: Array.from({ length: columns }, (_, i) => `${i}`),
      cell: (row, column) => {
        const isOn = cells[row * columns + column]!;
        const label = `row ${row}, column ${column}${isOn ? ', painted over' : ''}`;
        return { value: Number(isOn), label };
      },
      scale: 'purple',
      domain: [0, 1],
      extent: [0, 1],
      under: { href, width: picture.width, height: picture.height },
    };
    return width === 0 ? null : mapScene(data, { width, ink });
  }, [rows, columns, cells, href, picture, width, ink]);
  const press = (event: PointerEvent<HTMLElement>) => {
    byPointer.current = true;
    const at = event.currentTarget.querySelector('.picture')!.getBoundingClientRect();
    const spot = scene?.spots.near(event.clientX - at.left, event.clientY - at.top);
    if (!spot) return;
    painting.current = !cells[spot.cell];
    onPaint(spot.cell, painting.current);
  };
  const release = () => {
    painting.current = null;
  };
  return (
    <div
      ref={box}
      className="painting"
      data-testid="painting"
      onPointerDown={press}
      onPointerUp={release}
      onPointerLeave={release}
      onKeyDownCapture={() => {
        byPointer.current = false;
      }}
    >
      {scene && (
        <Picture
          scene={scene}
          ink={ink}
          label={label}
          active={active}
          locked={false}
          onHover={(cell) => {
            setActive(cell);
            if (cell !== null && painting.current !== null && cells[cell] !== painting.current)
              onPaint(cell, painting.current);
          }}
          // A click has painted already when it was pressed; Enter has not.
          onLock={(cell) => cell !== null && !byPointer.current && onPaint(cell, !cells[cell])}
        />
      )}
    </div>
  );
}

/** The logit lens: top token per position and layer; colour shows its probability. */
import { useMemo, useState } from 'react';
import type { Theme } from '../../ui/colour';
import { Tooltip } from '../../ui/Tooltip';
import { cellIndex, type MarkData } from '../../view/marks/data';
import { MarkPicture } from '../../view/marks/MarkPicture';
import type { Selection } from '../selection';

export interface LensPanelProps {
  readonly view: MarkData;
  readonly theme: Theme;
  readonly selection: Selection | null;
  readonly locked: boolean;
  readonly onHover: (selection: Selection | null) => void;
  readonly onLock: (selection: Selection | null) => void;
}

export function LensPanel({ view, theme, selection, locked, onHover, onLock }: LensPanelProps) {
  const [hovered, setHovered] = useState<{ label: string; anchor: DOMRect } | null>(null);
  // One list per view: a new list is drawn again.
  const all = useMemo(() => [view], [view]);
  const { length } = view.columns;
  const placeOf = (cell: number): Selection => ({
    row: Math.floor(cell / length),
    layer: (cell % length) - 1,
  });
  return (
    <div className="lens">
      <MarkPicture
        name="heatmap"
        all={all}
        theme={theme}
        testId={() => 'lens-grid'}
        label={() => 'Logit lens: most likely next token, positions by layers'}
        active={selection && cellIndex(view, selection.row, selection.layer + 1)}
        locked={locked}
        onHover={(cell, anchor) => {
          const place = cell === null ? null : placeOf(cell);
          const label = place && view.cell(place.row, place.layer + 1).label;
          setHovered(label && anchor ? { label, anchor } : null);
          onHover(place);
        }}
        onLock={(cell) => onLock(cell === null ? null : placeOf(cell))}
      />
      {hovered && <Tooltip anchor={hovered.anchor}>{hovered.label}</Tooltip>}
    </div>
  );
}

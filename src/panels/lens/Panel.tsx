/** The logit lens grid: top token per position and layer, colour = its probability. */
import { useState } from 'react';
import type { Theme } from '../../ui/colour';
import { Heatmap } from '../../ui/Heatmap';
import { Tooltip } from '../../ui/Tooltip';
import type { Selection } from '../selection';
import type { LensView } from './select';

export interface LensPanelProps {
  readonly view: LensView;
  readonly theme: Theme;
  readonly selection: Selection | null;
  readonly locked: boolean;
  readonly onHover: (selection: Selection | null) => void;
  readonly onLock: (selection: Selection | null) => void;
}

export function LensPanel({ view, theme, selection, locked, onHover, onLock }: LensPanelProps) {
  const [hovered, setHovered] = useState<{ label: string; anchor: DOMRect } | null>(null);
  return (
    <div className="lens">
      <Heatmap
        testId="lens-grid"
        label="Logit lens: most likely next token, positions by layers"
        rows={view.rows}
        columns={view.columns}
        cells={view.cells}
        scale="blue"
        theme={theme}
        active={selection && { row: selection.row, column: selection.layer + 1 }}
        locked={locked}
        columnName="layer"
        columnTitle="read out after block (colour: probability of the token shown, 0 to 100 %)"
        onHover={(at, anchor) => {
          setHovered(at && anchor ? { label: view.cells[at.row]![at.column]!.label, anchor } : null);
          onHover(at && { row: at.row, layer: at.column - 1 });
        }}
        onLock={(at) => onLock(at && { row: at.row, layer: at.column - 1 })}
      />
      {hovered && <Tooltip anchor={hovered.anchor}>{hovered.label}</Tooltip>}
    </div>
  );
}

/** A finding's first map, small: its shape is known again before its words are read. */
import { memo, useEffect, useRef } from 'react';
import type { Figure } from '../../results/document';
import type { Theme } from '../../ui/colour';
import { isMasked, strengthOf } from '../../view/marks/data';
import { paint } from '../../view/marks/paint';
import { screen } from '../../view/marks/scene';
import { dataOf } from '../figure/data';
import { selectFigure } from '../figure/select';
import './compare.css';

const [WIDTH, HEIGHT] = [48, 32];

export const Thumbnail = memo(function Thumbnail(props: {
  readonly figures: readonly Figure[];
  readonly theme: Theme;
}) {
  const { figures, theme } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const figure = figures.find(({ drawn, axes }) => drawn === 'heatmap' && axes.length > 1);
  useEffect(() => {
    if (!figure) return;
    const data = dataOf(selectFigure(figure), 0);
    const grid = {
      rows: data.rows.length,
      columns: data.columns.length,
      scale: data.scale,
      strength: (row: number, column: number) => {
        const cell = data.cell(row, column);
        return isMasked(cell) ? Number.NaN : strengthOf(data, cell.value);
      },
      isFaint: () => false,
    };
    paint(canvas.current!, grid, screen(theme), [HEIGHT, WIDTH]);
  }, [figure, theme]);
  // A graph or a chart has no map; its place is kept.
  return figure ? (
    <canvas ref={canvas} className="compare-thumb" />
  ) : (
    <span className="compare-thumb" aria-hidden="true" />
  );
});

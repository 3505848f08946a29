/** A table as a picture, for files; on the page it is an HTML table. */
import { plain } from '../../results/format';
import type { MarkData } from './data';
import { heatmapScene } from './heatmap';
import type { Frame, Scene } from './scene';

const CELL_COLOUR = '#f6f5f2';

export function tableScene({ cell, ...data }: MarkData, frame: Frame): Scene {
  const written = (row: number, column: number) => {
    const one = cell(row, column);
    return { ...one, text: one.text || (one.value === null ? '–' : plain(one.value)) };
  };
  const ink = { ...frame.ink, colour: () => () => CELL_COLOUR };
  return heatmapScene({ ...data, hasTexts: true, cell: written }, { ...frame, ink });
}

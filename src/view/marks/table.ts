/** A table as a picture, for files: numbers and words in a grid. On the page it is a table. */
import { plain } from '../../results/format';
import { heatmapScene } from './heatmap';
import type { Mark } from './mark';

const CELL = 72;

export const table: Mark = {
  scene: ({ cell, ...data }, frame) =>
    heatmapScene(
      {
        ...data,
        hasTexts: true,
        cell: (row, column) => {
          const one = cell(row, column);
          return { ...one, text: one.text || (one.value === null ? '–' : plain(one.value)) };
        },
      },
      { ...frame, ink: { ...frame.ink, colour: () => () => '#f6f5f2' } },
    ),
  leastWidth: ({ columns }) => columns.length * CELL,
  fileWidth: ({ columns }) => columns.length * CELL,
  sharesAxes: true,
  isColoured: false,
};

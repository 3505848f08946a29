/** Marks by the names that documents use. Their code is in `marks.ts`. */
import type { Figure } from '../../results/document';
import type { MarkTraits } from './mark';
import { MOST_SHAPES } from './heatmap';

/** Least readable cell, in pixels, without and with a word. */
const [LEAST_CELL, LEAST_WORD] = [12, 44];
/** The same in a file. */
const [FILE_CELL, FILE_WORD] = [24, 72];
const [LEAST_OF_MANY, LEAST_PICTURE, MOST_LEAST] = [96, 112, 480];
/** The same of a picture whose columns are layers or heads: 64 readable cells. */
const MOST_OBLONG = 768;
/** The same of a square, which shrinks to fit a phone with its names. */
const MOST_SQUARE_LEAST = 264;
const MOST_PICTURE = 960;

export const HEATMAP: MarkTraits = {
  leastWidth: ({ rows, columns, hasTexts, isSquare }, isOneOfMany = false) => {
    if (isOneOfMany) return Math.min(MOST_LEAST, Math.max(LEAST_OF_MANY, columns.length * 7));
    const isRaster = rows.length * columns.length > MOST_SHAPES;
    if (hasTexts && !isRaster) return columns.length * LEAST_WORD;
    const most = isSquare ? MOST_SQUARE_LEAST : MOST_OBLONG;
    return Math.min(most, Math.max(LEAST_PICTURE, columns.length * LEAST_CELL));
  },
  fileWidth: ({ columns, hasTexts }) =>
    Math.min(MOST_PICTURE, columns.length * (hasTexts ? FILE_WORD : FILE_CELL)),
  sharesAxes: true,
  isColoured: true,
  isJoint: false,
};

const tableWidth: MarkTraits['fileWidth'] = ({ columns }) => columns.length * FILE_WORD;

const TABLE: MarkTraits = { ...HEATMAP, leastWidth: tableWidth, fileWidth: tableWidth, isColoured: false };

/** A chart has its own axes and fills the width. */
const CHART: MarkTraits = {
  leastWidth: () => 320,
  fileWidth: () => 480,
  sharesAxes: false,
  isColoured: false,
  isJoint: false,
};

/** A map over a picture is as wide as the picture can be seen. */
const MAP: MarkTraits = {
  leastWidth: (_, isOneOfMany = false) => (isOneOfMany ? 96 : 160),
  fileWidth: () => 240,
  sharesAxes: false,
  isColoured: true,
  isJoint: false,
};

const PLANE: MarkTraits = { ...CHART, fileWidth: () => 640, isJoint: true };

export type MarkName = Figure['drawn'];

export const TRAITS: Readonly<Record<MarkName, MarkTraits>> = {
  heatmap: HEATMAP,
  lines: CHART,
  bars: CHART,
  table: TABLE,
  path: PLANE,
  scatter: PLANE,
  map: MAP,
  // Read beside the others on the page.
  beside: TABLE,
};

/** Draws only the largest bars. */
export const MOST_BARS = 48;

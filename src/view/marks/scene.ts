/** Pictures as data, in pixels. One renderer each draws them: `Picture` on the page, `markup` as an SVG file, `paint` on a canvas. */
import { CATEGORIES, colours, MASKED, type Scale, type Theme } from '../../ui/colour';
import { maxOf } from '../../util/lists';

export interface Shape {
  readonly tag: 'rect' | 'line' | 'path' | 'circle' | 'text';
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly text?: string;
  /** The name of this column, or of this row: set off while a cell of it is active. */
  readonly column?: number;
  readonly row?: number;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where a cell is: what the pointer finds, and what is outlined. */
export interface Spot extends Box {
  /** Its index in what is drawn. */
  readonly cell: number;
  /** Where arrow keys find it. */
  readonly row: number;
  readonly column: number;
  readonly label: string;
}

export interface Spots {
  readonly rows: number;
  readonly columns: number;
  at(row: number, column: number): Spot | null;
  /** The cell at a point, or close enough to it. */
  near(x: number, y: number): Spot | null;
  of(cell: number): Spot | null;
}

/** A row of cells that are drawn as shapes. */
export interface SceneRow {
  readonly name: readonly Shape[];
  /** Without a spot: not defined. */
  readonly cells: readonly { readonly spot: Spot | null; readonly shapes: readonly Shape[] }[];
}

/** Many cells, drawn as one picture. */
export interface Raster extends Box {
  readonly rows: number;
  readonly columns: number;
  readonly scale: Scale;
  /** From -1 to 1; NaN: masked. */
  strength(row: number, column: number): number;
  /** The number could be chance. */
  isFaint(row: number, column: number): boolean;
}

export interface Scene {
  readonly width: number;
  readonly height: number;
  readonly shapes: readonly Shape[];
  /** Absent where shapes or a raster show the cells. */
  readonly rows?: readonly SceneRow[];
  readonly raster?: Raster;
  readonly spots: Spots;
}

export interface Placed {
  readonly scene: Scene;
  readonly x: number;
  readonly y: number;
}

/** Colours of a picture: the page's own, or those of paper. */
export interface Ink {
  readonly text: string;
  readonly soft: string;
  readonly line: string;
  readonly page: string;
  readonly masked: string;
  readonly categories: readonly string[];
  colour(scale: Scale): (strength: number) => string;
}

/** What a scene is drawn for. */
export interface Frame {
  readonly width: number;
  readonly ink: Ink;
  /** Small multiples share the names of rows, and those of columns. */
  readonly hasRowNames?: boolean;
  readonly hasColumnNames?: boolean;
  /** Lines of the title that needs most. */
  readonly titleLines?: number;
  /** As high as a cell is at most. */
  readonly cellHeight?: number;
  /** Cells are a raster, however few of them are in this picture. */
  readonly isRaster?: boolean;
}

export const paper: Ink = {
  text: '#1d1d22',
  soft: '#56585f',
  line: '#e3e1dc',
  page: '#ffffff',
  masked: MASKED.light,
  categories: CATEGORIES.light,
  colour: (scale) => colours(scale, 'light'),
};

export function screen(theme: Theme): Ink {
  return {
    text: 'var(--ink)',
    soft: 'var(--ink-2)',
    line: 'var(--line)',
    page: 'var(--bg)',
    masked: MASKED[theme],
    categories: CATEGORIES[theme],
    colour: (scale) => colours(scale, theme),
  };
}

/** A picture without cells. */
export const STILL: Spots = { rows: 0, columns: 0, at: () => null, near: () => null, of: () => null };

/** The pointer has to be so near to a spot, in pixels. */
const REACH = 40;

/** Spots anywhere; the pointer finds the nearest. */
export function spotsOf(list: readonly Spot[]): Spots {
  const places = new Map(list.map((spot) => [`${spot.row} ${spot.column}`, spot]));
  const cells = new Map(list.map((spot) => [spot.cell, spot]));
  return {
    rows: 1 + maxOf(list.map(({ row }) => row)),
    columns: 1 + maxOf(list.map(({ column }) => column)),
    at: (row, column) => places.get(`${row} ${column}`) ?? null,
    of: (cell) => cells.get(cell) ?? null,
    near: (x, y) => {
      let [best, least]: [Spot | null, number] = [null, REACH];
      for (const spot of list) {
        const away = Math.hypot(
          Math.max(spot.x - x, 0, x - spot.x - spot.width),
          Math.max(spot.y - y, 0, y - spot.y - spot.height),
        );
        if (away < least) [best, least] = [spot, away];
      }
      return best;
    },
  };
}

export function label(
  x: number,
  y: number,
  text: string,
  attributes: Readonly<Record<string, string | number>>,
): Shape {
  return { tag: 'text', attributes: { x, y, 'font-size': 11, ...attributes }, text };
}

/** Average width of a letter at 11 px; of scripts that fill a square. */
const LETTER = 6.4;
const SQUARE = 11.5;
const SQUARES =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]|\p{Extended_Pictographic}/u;

/** About how wide a text is at 11 px. */
export const textWidth = (text: string): number =>
  [...text].reduce((width, letter) => width + (SQUARES.test(letter) ? SQUARE : LETTER), 0);

/** Cut to about `width` pixels, with an ellipsis. */
export function fitted(text: string, width: number): string {
  // Names whose room was made for them fit, whatever is lost to rounding.
  if (textWidth(text) <= width + 0.5) return text;
  const letters = [...text];
  while (letters.length > 1 && textWidth(letters.join('')) + LETTER > width) letters.pop();
  return `${letters.join('')}…`;
}

/** Lines of about `width` pixels, at 11 px. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || textWidth(`${last} ${word}`) > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/** Titles of pictures are bold, which is wider. */
const BOLD = 1.2;
const TITLE_LINE = 15;

export const titleLines = (title: string | undefined, width: number): string[] =>
  title ? wrapped(title, width / BOLD).map((line) => fitted(line, width / BOLD)) : [];

/** A title of at most `lines` lines; the last is next to the picture, whose top is `height`. */
export function titleShapes(
  title: string | undefined,
  { x, width, ink }: { readonly x: number; readonly width: number; readonly ink: Ink },
  most = 1,
): { readonly shapes: Shape[]; readonly height: number } {
  const lines = titleLines(title, width);
  if (lines.length === 0) return { shapes: [], height: 0 };
  const height = Math.max(most, lines.length) * TITLE_LINE + 7;
  const first = height - lines.length * TITLE_LINE + 3;
  const style = { fill: ink.text, 'font-size': 12, 'font-weight': 600 };
  return { height, shapes: lines.map((line, i) => label(x, first + 4 + i * TITLE_LINE, line, style)) };
}

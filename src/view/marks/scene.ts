/** Pictures as data, in pixels. Renderers: `Picture`, `markup` (SVG) and `paint` (canvas). */
import { CATEGORIES, colours, MASKED, type Scale, type Theme } from '../../ui/colour';
import { maxOf } from '../../util/lists';

export interface Shape {
  readonly tag: 'rect' | 'line' | 'path' | 'circle' | 'text' | 'image';
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly text?: string;
  /** Name of this column or row: highlighted while one of its cells is active. */
  readonly column?: number;
  readonly row?: number;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A cell's place, for the pointer and the outline. */
export interface Spot extends Box {
  /** Index among the drawn cells. */
  readonly cell: number;
  /** Place for the arrow keys. */
  readonly row: number;
  readonly column: number;
  readonly label: string;
}

export interface Spots {
  readonly rows: number;
  readonly columns: number;
  at(row: number, column: number): Spot | null;
  /** The cell at or near a point. */
  near(x: number, y: number): Spot | null;
  of(cell: number): Spot | null;
}

/** A row of cells drawn as shapes. */
export interface SceneRow {
  /** Undefined without a spot. */
  readonly cells: readonly { readonly spot: Spot | null; readonly shapes: readonly Shape[] }[];
}

/** Many cells as one image. */
export interface Raster extends Box {
  readonly rows: number;
  readonly columns: number;
  readonly scale: Scale;
  /** From -1 to 1; NaN: masked. */
  strength(row: number, column: number): number;
  /** Perhaps chance. */
  isFaint(row: number, column: number): boolean;
  /** Weak cells are see-through. */
  readonly isOverlay?: true;
}

/** How much a cell of an overlay covers what is below it, 0 to 1. */
export const coverOf = (strength: number): number => Math.min(1, Math.abs(strength)) * 0.85;

export interface Scene {
  readonly width: number;
  readonly height: number;
  readonly shapes: readonly Shape[];
  /** Below the cells. */
  readonly under?: readonly Shape[];
  /** Absent if shapes or a raster show the cells. */
  readonly rows?: readonly SceneRow[];
  readonly raster?: Raster;
  /** Names below the cells, from y on; kept in sight while a tall picture scrolls. */
  readonly foot?: { readonly y: number; readonly shapes: readonly Shape[] };
  /** Names beside the cells, up to x = width; kept in sight while a wide picture scrolls. */
  readonly side?: {
    readonly width: number;
    readonly shapes: readonly Shape[];
    /** Below them, beside the foot. */
    readonly corner: readonly Shape[];
  };
  /** A line that stands for rows. */
  readonly fold?: Box & { readonly text: string; readonly isOpen: boolean };
  readonly spots: Spots;
}

/** Shapes without a cell, for pictures that do not scroll. */
export const bareShapes = ({ shapes, foot, side }: Scene): readonly Shape[] => [
  ...shapes,
  ...(foot?.shapes ?? []),
  ...(side ? [...side.shapes, ...side.corner] : []),
];

export interface Placed {
  readonly scene: Scene;
  readonly x: number;
  readonly y: number;
}

/** Colours of a picture, for the page or for paper. */
export interface Ink {
  readonly text: string;
  readonly soft: string;
  readonly line: string;
  readonly page: string;
  readonly masked: string;
  readonly categories: readonly string[];
  colour(scale: Scale): (strength: number) => string;
}

/** The context of a scene. */
export interface Frame {
  readonly width: number;
  /** To be filled by cells of a readable size; none: the cells choose. */
  readonly height?: number;
  readonly ink: Ink;
  /** Small multiples share row and column names. */
  readonly hasRowNames?: boolean;
  readonly hasColumnNames?: boolean;
  /** Lines of the longest title. */
  readonly titleLines?: number;
  /** Largest cell height. */
  readonly cellHeight?: number;
  /** Draws a raster whatever the number of cells. */
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

/** Largest distance from pointer to spot, in pixels. */
const REACH = 40;

/** Spots at any places; the pointer finds the nearest. */
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

/** Average letter width at 11 px; width for square scripts. */
const LETTER = 6.4;
const SQUARE = 11.5;
const SQUARES =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]|\p{Extended_Pictographic}/u;

/** Approximate width of a text at 11 px. */
export const textWidth = (text: string): number =>
  [...text].reduce((width, letter) => width + (SQUARES.test(letter) ? SQUARE : LETTER), 0);

/** Cut to about `width` pixels, with an ellipsis. */
export function fitted(text: string, width: number): string {
  // Tolerates rounding: names with reserved room fit.
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

/** Bold titles are wider. */
const BOLD = 1.2;
const TITLE_LINE = 15;

export const titleLines = (title: string | undefined, width: number): string[] =>
  title ? wrapped(title, width / BOLD).map((line) => fitted(line, width / BOLD)) : [];

/** A title of at most `lines` lines, ending just above the picture, whose top is `height`. */
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

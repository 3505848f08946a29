/** Pictures as data: shapes in a coordinate system of pixels, drawn by the page and written as SVG alike. */
import { joined, type Xml, xml, xmlName } from '../../util/code/xml';
import { CATEGORIES, colours, type Scale, type Theme } from '../../ui/colour';

export interface Shape {
  readonly tag: 'rect' | 'line' | 'path' | 'circle' | 'text';
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly text?: string;
}

/** Where a cell is: what the pointer finds, and what is outlined. */
export interface Spot {
  readonly cell: number;
  readonly row: number;
  readonly column: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Scene {
  readonly width: number;
  readonly height: number;
  readonly shapes: readonly Shape[];
  readonly spots: readonly Spot[];
}

/** Colours of a picture: the page's own, or those of paper. */
export interface Ink {
  readonly text: string;
  readonly soft: string;
  readonly line: string;
  readonly page: string;
  readonly categories: readonly string[];
  colour(scale: Scale): (strength: number) => string;
}

export const paper: Ink = {
  text: '#1d1d22',
  soft: '#56585f',
  line: '#e3e1dc',
  page: '#ffffff',
  categories: CATEGORIES.light,
  colour: (scale) => colours(scale, 'light'),
};

export function screen(theme: Theme): Ink {
  return {
    text: 'var(--ink)',
    soft: 'var(--ink-2)',
    line: 'var(--line)',
    page: 'var(--bg)',
    categories: CATEGORIES[theme],
    colour: (scale) => colours(scale, theme),
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

/** Average width of a letter at 11 px. */
const LETTER = 6.4;

export const textWidth = (text: string): number => [...text].length * LETTER;

/** Cut to about `width` pixels, with an ellipsis. */
export function fitted(text: string, width: number): string {
  const room = Math.max(1, Math.floor(width / LETTER));
  const letters = [...text];
  return letters.length <= room ? text : `${letters.slice(0, room - 1).join('')}…`;
}

/** Shapes as SVG markup. */
export function markup(shapes: readonly Shape[]): Xml {
  const elements = shapes.map(({ tag, attributes, text }) => {
    const list = Object.entries(attributes).map(
      ([name, value]) => xml` ${xmlName(name)}="${rounded(value)}"`,
    );
    const start = xml`${xmlName(tag)}${joined(list, '')}`;
    return text === undefined ? xml`<${start}/>` : xml`<${start}>${text}</${xmlName(tag)}>`;
  });
  return joined(elements);
}

function rounded(value: string | number): string | number {
  return typeof value === 'number' ? Number(value.toFixed(2)) : value;
}

/** Figures for drawing: layout of axes, reach of colours, and cells in words. */
import { cellOf, coveredText, floorOf } from '../../results/cell';
import type { Figure, FigureAxis, ResultDocument } from '../../results/document';
import { differenceText, intervalText, rangeText, valueText } from '../../results/format';
import { entriesOf } from '../../results/place';
import { unreachedRows } from '../../results/unreached';
import type { Scale } from '../../ui/colour';
import type { Fold, Under } from '../../view/marks/data';

type Interval = readonly [number, number];

export interface FigureFacet {
  /** 'layer 3, head 1'; '' if there is one. */
  readonly title: string;
  /** Index of its first cell. */
  readonly begin: number;
}

export interface FigureView {
  readonly figure: Figure;
  /** The last axis. */
  readonly across: FigureAxis;
  /** The one before it. */
  readonly down: FigureAxis | null;
  readonly rows: number;
  readonly columns: number;
  /** One picture per entry of the further axes. */
  readonly facets: readonly FigureFacet[];
  /** Distance from the floor to the strongest colour, shared by compared pictures. */
  readonly reach: number;
  /** Its first rows in one line. */
  readonly fold?: Fold | undefined;
  /** The picture below a map. */
  readonly under?: Under | undefined;
}

export interface CellView {
  readonly cell: number;
  /** 'layer 2, position ·France' */
  readonly place: string;
  readonly value: number | null;
  /** From the floor, if the figure has one. */
  readonly difference: number | null;
  /** What is restored together, if more than the entry: 'layers 1 to 3'. */
  readonly covers: string | null;
  /** Its interval, else its range. */
  readonly span: Interval | null;
  readonly isRange: boolean;
  /** Shows no effect. */
  readonly uncertain: boolean;
  readonly text: string | null;
  /** One line: place, value, span. */
  readonly label: string;
}

/** The cell under the pointer: a figure, and a label per axis that other figures may share. */
export interface FigureSelection {
  readonly figure: string;
  readonly place: Readonly<Record<string, string>>;
}

export function selectFigure(figure: Figure, reach = reachOf([figure])): FigureView {
  const { axes } = figure;
  const across = axes.at(-1)!;
  const down = axes.at(-2) ?? null;
  const [rows, columns] = [down?.labels.length ?? 1, across.labels.length];
  const further = axes.slice(0, -2);
  const count = further.reduce((product, axis) => product * axis.labels.length, 1);
  const facets = Array.from({ length: count }, (_, f) => ({
    title: placeParts(further, f)
      .map(([name, label]) => `${name} ${label}`)
      .join(', '),
    begin: f * rows * columns,
  }));
  return { figure, across, down, rows, columns, facets, reach };
}

/** Groups neighbours with the same mark and unit. */
export function groupFigures(figures: readonly Figure[]): FigureView[][] {
  const groups: Figure[][] = [];
  for (const figure of figures) {
    if (figure.drawn === 'beside') continue;
    const before = groups.at(-1);
    if (before && isAlike(before[0]!, figure)) before.push(figure);
    else groups.push([figure]);
  }
  return groups.map((group) => {
    const reach = reachOf(group);
    return group.map((figure) => selectFigure(figure, reach));
  });
}

/** Fewer rows without an effect are shown. */
const FEWEST_FOLDED = 8;

/** A document's figures; rows that cannot have an effect are folded. */
export function documentFigures(document: ResultDocument, isUnfolded = false): FigureView[][] {
  const foldOf = (figure: Figure): Fold | undefined => {
    const found = figure.drawn === 'heatmap' ? unreachedRows(document, figure) : null;
    if (!found || found.count < FEWEST_FOLDED) return undefined;
    return { ...found, what: 'tokens', says: 'no effect', isOpen: isUnfolded };
  };
  return groupFigures(document.figures).map((alone) => {
    const views = alone.map((view) => withPicture(view, document));
    const folds = views.map(({ figure }) => foldOf(figure));
    // Pictures side by side share their rows.
    const isShared = folds.every((fold) => fold?.count === folds[0]?.count);
    return isShared && folds[0] ? views.map((view) => ({ ...view, fold: folds[0] })) : views;
  });
}

function withPicture(view: FigureView, { pictures }: ResultDocument): FigureView {
  const { over } = view.figure;
  const picture = over === undefined ? undefined : pictures?.[over];
  if (!picture) return view;
  const { width, height, png, thumb } = picture;
  const data = png ?? thumb;
  const href = data === undefined ? null : `data:image/png;base64,${data}`;
  return { ...view, under: { href, width, height, isGrey: true } };
}

function isAlike(a: Figure, b: Figure): boolean {
  const same = (name: 'drawn' | 'unit' | 'scale') => a[name] === b[name];
  return same('drawn') && same('unit') && same('scale');
}

/** Least reach of colours and axes, so that rounding errors stay small. */
function smallestReach(unit: string): number {
  if (unit === 'probability') return 0.01;
  if (unit === 'places') return 0.5;
  if (/^(normalised|share|logits|nats)/.test(unit)) return 0.05;
  return 1e-12;
}

function reachOf(figures: readonly Figure[]): number {
  return figures.reduce((most, figure) => {
    const { start, sign } = scaleOf(figure);
    const size = (value: number): number =>
      figure.floor === undefined ? Math.abs(value) : (value - start) * sign;
    return figure.values.reduce<number>(
      (far, value) => (value === null ? far : Math.max(far, size(value))),
      most,
    );
  }, smallestReach(figures[0]!.unit));
}

interface ColourScale {
  readonly scale: Scale;
  /** Start and direction of the scale. */
  readonly start: number;
  readonly sign: 1 | -1;
}

export function scaleOf(figure: Figure): ColourScale {
  const { scale, hue = 'purple' } = figure;
  return {
    scale: scale === 'signed' ? 'signed' : hue,
    start: floorOf(figure)?.value ?? 0,
    sign: scale === 'negative' ? -1 : 1,
  };
}

/** Row names; marks the subject, sets groups apart. */
export function rowLabels(down: FigureAxis | null) {
  const { labels = [''], marked: [begin, end] = [0, 0], groups = [] } = down ?? {};
  return labels.map((text, row) => ({
    text,
    marked: row >= begin && row < end,
    apart: row >= labels.length - groups.length,
  }));
}

/** One cell in numbers and words. */
export function cellView({ figure }: Pick<FigureView, 'figure'>, cell: number): CellView {
  const { value, difference, interval, range, uncertain } = cellOf(figure, cell);
  const span = interval ?? range;
  const isRange = !interval && span !== null;
  const text = figure.texts?.[cell] ?? null;
  const parts = placeParts(figure.axes, cell);
  const place = parts.map(([name, label]) => `${name} ${label}`).join(', ');
  const covered = parts.flatMap(([name, _, at], axis) => {
    const covers = figure.axes[axis]!.covers?.[at];
    return covers && covers[1] - covers[0] > 1 ? [coveredText(name, covers)] : [];
  });
  const drawn = difference !== null && isRange ? ` (draws ${rangeText(figure, span)})` : '';
  const words = [
    ...(text ? [text] : []),
    value === null ? 'not defined' : `${valueText(figure, value)}${drawn}`,
    ...(difference === null ? [] : [differenceText(figure, difference)]),
  ].join(', ');
  const said = span && !drawn ? ` ${spanText(figure, span, isRange)}` : '';
  const doubt = uncertain ? ', may be chance' : '';
  const label = `${place}: ${words}${said}${doubt}`;
  const covers = covered[0] ?? null;
  return { cell, place, value, difference, covers, span, isRange, uncertain, text, label };
}

/** '[0.12, 0.31]'; a range: 'from 0.02 to 0.9' */
export function spanText(figure: Figure, span: Interval, isRange: boolean): string {
  return isRange ? rangeText(figure, span) : intervalText(figure, span);
}

/** Name, label and entry of each axis at cell `cell` over `axes`. */
const placeParts = (axes: readonly FigureAxis[], cell: number): [string, string, number][] =>
  entriesOf(axes, cell).map(({ axis: { name }, label, at }) => [name, label, at]);

export function selectionOf({ figure }: FigureView, cell: number): FigureSelection {
  return {
    figure: figure.name,
    place: Object.fromEntries(placeParts(figure.axes, cell).map(([name, label]) => [name, label])),
  };
}

/** The figure's cell at a place; null if the place lacks one of its axes. */
export function cellAt({ figure }: FigureView, selection: FigureSelection | null): number | null {
  if (!selection) return null;
  let cell = 0;
  for (const { name, labels } of figure.axes) {
    const index = labels.indexOf(selection.place[name] ?? '');
    if (index < 0) return null;
    cell = cell * labels.length + index;
  }
  return cell;
}

/** The `count` cells with the largest |value|, largest first. */
export function largestCells(view: FigureView, count: number): CellView[] {
  const { values } = view.figure;
  const size = (cell: number): number => Math.abs(values[cell] ?? 0);
  return values
    .flatMap((value, cell) => (value === null ? [] : [cell]))
    .sort((a, b) => size(b) - size(a))
    .slice(0, count)
    .map((cell) => cellView(view, cell));
}

/** Deviation of a re-run: largest |difference| per map, figure or graph, and its tolerance. */
import { edgeKey, type Graph } from '../results/graph';
import type { Figure, ResultDocument } from '../results/document';
import { GRAPH_STEPS, type Steps } from './pack';
import { sameJson } from './sameJson';

interface Row {
  /** A figure's name. */
  readonly name: string;
  /** Largest |a - b| over the cells, in the figure's unit. */
  readonly largest: number;
  /** The link's step; 0 if the result did not come by link. */
  readonly step: number;
  /** Rounding error of the link (1.5 steps) and of another adapter. */
  readonly tolerance: number;
  readonly isWithin: boolean;
}

interface FigureRow extends Row {
  readonly unit: string;
  /** Cell of the largest difference. */
  readonly cell: number;
}

interface GraphRow extends Row {
  readonly unit: 'share' | 'edges';
  /** The edge with the largest difference; null for none. */
  readonly edge: string | null;
}

export type DeviationRow = FigureRow | GraphRow;

export interface Deviation {
  readonly rows: readonly DeviationRow[];
  readonly isWithin: boolean;
}

/** float32 on another adapter: relative to the largest value, and at least this absolutely. */
const ADAPTER_TOLERANCE = 1e-4;

/**
 * Compares two documents of one question. `steps`: from `readLink`, if `before` came by link.
 * @throws Error if the questions differ or share no map or figure.
 */
export function deviation(before: ResultDocument, after: ResultDocument, steps: Steps = {}): Deviation {
  if (!sameJson(before.spec, after.spec)) {
    const fields = [...new Set([...Object.keys(before.spec), ...Object.keys(after.spec)])];
    const differing = fields.filter((name) => !sameJson(before.spec[name], after.spec[name]));
    throw new Error(
      `deviation: not the same question, got another ${differing.join(', ')}, expected equal specs.`,
    );
  }
  const rows = compareParts(before, after, steps);
  if (rows.length === 0)
    throw new Error('deviation: nothing to compare, got no figure that both results have.');
  return { rows, isWithin: rows.every((row) => row.isWithin) };
}

function compareParts(before: ResultDocument, after: ResultDocument, steps: Steps): (FigureRow | GraphRow)[] {
  const figures = before.figures.flatMap((figure) => {
    // If the entries are themselves a result (likeliest tokens), they may differ.
    const labels = ({ axes }: Figure) => axes.map((axis) => axis.labels);
    const other = after.figures.find(
      (one) => one.name === figure.name && sameJson(labels(one), labels(figure)),
    );
    return other ? [compareFigure(figure, other, steps[figure.name]?.values ?? 0)] : [];
  });
  if (!before.graph || !after.graph) return figures;
  return [...figures, ...compareEdges(before.graph, after.graph, steps[GRAPH_STEPS]?.values ?? 0)];
}

/** Compares edges of the earlier graph; a link may hold only some. */
function compareEdges(before: Graph, after: Graph, step: number): GraphRow[] {
  const others = new Map(after.edges.map((edge) => [edgeKey(edge), edge]));
  let [largest, edge]: [number, string | null] = [0, null];
  let scale = 1;
  const flipped: string[] = [];
  for (const one of before.edges) {
    const name = edgeKey(one);
    const other = others.get(name);
    if (one.kept !== (other?.kept ?? false)) flipped.push(name);
    const difference = differenceOf(one.score, other?.score ?? null);
    if (difference > largest) [largest, edge] = [difference, name];
    scale = Math.max(scale, Math.abs(one.score ?? 0));
  }
  const tolerance = 1.5 * step + ADAPTER_TOLERANCE * scale;
  const kept = { unit: 'edges', largest: flipped.length, edge: flipped[0] ?? null, step: 0 } as const;
  return [
    { name: 'edge scores', unit: 'share', largest, edge, step, tolerance, isWithin: largest <= tolerance },
    { name: 'edges kept or not', ...kept, tolerance: 0.5, isWithin: flipped.length === 0 },
  ];
}

/** Infinite if only one is a number. */
function differenceOf(a: number | null, b: number | null): number {
  if (a === null || b === null) return a === b ? 0 : Number.POSITIVE_INFINITY;
  return Math.abs(a - b);
}

function compareFigure(before: Figure, after: Figure, step: number): FigureRow {
  let [largest, cell] = [0, 0];
  let scale = 1;
  before.values.forEach((value, at) => {
    const difference = differenceOf(value, after.values[at] ?? null);
    if (difference > largest) [largest, cell] = [difference, at];
    scale = Math.max(scale, Math.abs(value ?? 0));
  });
  const tolerance = 1.5 * step + ADAPTER_TOLERANCE * scale;
  const { name, unit } = before;
  return { name, unit, largest, cell, step, tolerance, isWithin: largest <= tolerance };
}

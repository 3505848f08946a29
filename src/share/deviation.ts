/** How far a re-run is from a result: largest |difference| per map, figure or graph, beside what is to be expected. */
import {
  isTrace,
  type KindResult,
  type ResultDocument,
  type TraceDocument,
  type TraceKind,
} from '../results/document';
import { edgeKey, type Graph } from '../results/graph';
import type { Figure, StudyDocument } from '../results/study';
import type { Steps } from './pack';
import { GRAPH_STEPS } from './packStudy';
import { sameJson } from './sameJson';

interface Row {
  /** 'hidden effect', or a figure's name. */
  readonly name: string;
  /** Largest |a - b| over the cells (and the groups of a trace), in the metric's or the figure's unit. */
  readonly largest: number;
  /** The link's step, 0 if the result did not come by link. */
  readonly step: number;
  /** Differences up to this are rounding: of the link (1.5 steps) and of another adapter. */
  readonly tolerance: number;
  readonly isWithin: boolean;
}

interface TraceRow extends Row {
  readonly kind: TraceKind;
  readonly quantity: 'effect' | 'restored' | 'p';
  /** Where; row T + g is group g. */
  readonly row: number;
  readonly layer: number;
}

interface FigureRow extends Row {
  readonly unit: string;
  /** Where. */
  readonly cell: number;
}

interface GraphRow extends Row {
  readonly unit: 'share' | 'edges';
  /** The edge that is furthest off; null where none is. */
  readonly edge: string | null;
}

export type DeviationRow = TraceRow | FigureRow | GraphRow;

export interface Deviation {
  readonly rows: readonly DeviationRow[];
  readonly isWithin: boolean;
}

/** float32 on another adapter: relative to the largest value, at least this in absolute terms. */
const ADAPTER_TOLERANCE = 1e-4;

/**
 * Compares two documents of the same question. `steps`: from `readLink`, if `before` came by link.
 * @throws Error if the questions differ or there is no map or figure in common.
 */
export function deviation(before: ResultDocument, after: ResultDocument, steps: Steps = {}): Deviation {
  if (!sameJson(before.spec, after.spec)) {
    const fields = [...new Set([...Object.keys(before.spec), ...Object.keys(after.spec)])];
    const differing = fields.filter((name) => !sameJson(before.spec[name], after.spec[name]));
    throw new Error(
      `deviation: not the same question, got another ${differing.join(', ')}, expected equal specs.`,
    );
  }
  const rows: readonly DeviationRow[] =
    isTrace(before) && isTrace(after)
      ? compareTraces(before, after, steps)
      : isTrace(before) || isTrace(after)
        ? []
        : compareStudies(before, after, steps);
  if (rows.length === 0)
    throw new Error('deviation: nothing to compare, got no map or figure that both results have.');
  return { rows, isWithin: rows.every((row) => row.isWithin) };
}

function compareTraces(before: TraceDocument, after: TraceDocument, steps: Steps): TraceRow[] {
  const scale = Math.max(1, Math.abs(before.clean.metric), Math.abs(before.corrupted.metric));
  return (Object.keys(before.kinds) as TraceKind[]).flatMap((kind) => {
    const [a, b] = [before.kinds[kind], after.kinds[kind]];
    return a && b ? compareKind(kind, a, b, steps, scale) : [];
  });
}

function compareStudies(before: StudyDocument, after: StudyDocument, steps: Steps): (FigureRow | GraphRow)[] {
  const figures = before.figures.flatMap((figure) => {
    const other = after.figures.find(({ name }) => name === figure.name);
    return other ? [compareFigure(figure, other, steps[figure.name]?.values ?? 0)] : [];
  });
  if (!before.graph || !after.graph) return figures;
  return [...figures, ...compareEdges(before.graph, after.graph, steps[GRAPH_STEPS]?.values ?? 0)];
}

/** Edges that the earlier graph holds: a link may hold a part of them. */
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

/** Infinite where only one of the two is a number. */
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

function compareKind(
  kind: TraceKind,
  before: KindResult,
  after: KindResult,
  steps: Steps,
  scale: number,
): TraceRow[] {
  const quantities = (['effect', 'restored', 'p'] as const).filter((name) => before[name] && after[name]);
  return quantities.map((quantity) => {
    const [a, b] = [rowsOf(before, quantity), rowsOf(after, quantity)];
    let [largest, row, layer] = [0, 0, 0];
    a.forEach((values, t) => {
      values.forEach((value, l) => {
        const other = b[t]?.[l] ?? Number.NaN;
        const difference = Number.isNaN(other) ? Number.POSITIVE_INFINITY : Math.abs(value - other);
        if (difference > largest) [largest, row, layer] = [difference, t, l];
      });
    });
    // Restored values are usually not in a link by themselves: they are corrupted + effect.
    const step = steps[kind]?.[quantity] ?? (quantity === 'restored' ? steps[kind]?.effect : undefined) ?? 0;
    const tolerance = 1.5 * step + ADAPTER_TOLERANCE * (quantity === 'p' ? 1 : scale);
    const name = `${kind} ${quantity}`;
    return { name, kind, quantity, largest, row, layer, step, tolerance, isWithin: largest <= tolerance };
  });
}

function rowsOf(result: KindResult, quantity: 'effect' | 'restored' | 'p'): readonly (readonly number[])[] {
  if (quantity === 'p') return result.p ?? [];
  return [...result[quantity], ...result.groups.map((group) => group[quantity])];
}

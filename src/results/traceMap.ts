/** The maps of a causal trace, by token and layer. */
import { type Asked, askedOf } from './asked';
import { type Cell, cellOf, levelOf } from './cell';
import type { Figure, Level, Peak, ResultDocument } from './document';

/** Restored states; also figure names. */
export const TRACE_KINDS = ['hidden', 'mlp', 'attn'] as const;
export type TraceKind = (typeof TRACE_KINDS)[number];

/** One kind's map with its levels, for words. */
export interface TraceRead {
  readonly document: ResultDocument;
  readonly asked: Asked;
  readonly kind: TraceKind;
  readonly figure: Figure;
  readonly corrupted: Level;
  readonly clean: number;
  /** clean - corrupted. */
  readonly lost: number;
  /** Noise draws; null if the subject was replaced. */
  readonly draws: number | null;
}

/** A cell; `row` is a token, or a group after the tokens. */
export interface TraceCell {
  readonly kind: TraceKind;
  readonly row: number;
  readonly layer: number;
  /** Layers [begin, end) restored there. */
  readonly covers: readonly [number, number];
  readonly value: number;
  readonly difference: number;
  readonly range: Cell['range'];
  readonly uncertain: boolean;
  readonly overNoise: Peak['overNoise'];
}

export function readTrace(document: ResultDocument, kind: TraceKind): TraceRead | null {
  const figure = document.figures.find(({ name }) => name === kind);
  if (!figure) return null;
  const corrupted = levelOf(figure, 'corrupted')!;
  const clean = levelOf(figure, 'clean')!.value;
  const lost = clean - corrupted.value;
  const draws = figure.varies?.n ?? null;
  return { document, asked: askedOf(document), kind, figure, corrupted, clean, lost, draws };
}

export function cellAt({ figure, kind }: TraceRead, row: number, layer: number): TraceCell {
  const L = figure.axes[1]!.labels.length;
  const cell = row * L + layer;
  const { value, difference, range, uncertain } = cellOf(figure, cell);
  return {
    kind,
    row,
    layer,
    covers: figure.axes[1]!.covers?.[layer] ?? [layer, layer + 1],
    value: value ?? 0,
    difference: difference ?? 0,
    range,
    uncertain,
    overNoise: figure.peak?.cell === cell ? figure.peak.overNoise : null,
  };
}

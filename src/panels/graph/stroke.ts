/**
 * An edge's look: colour shows the sign, width the square root of the size; dotted is an estimate,
 * dashed unknown. For two merged graphs, dash and colour show who keeps it.
 */
import { CATEGORIES, type Theme } from '../../ui/colour';
import type { Stroke } from '../../ui/graph/paint';
import type { Side } from './overlay';
import type { DrawnEdge } from './picture';

export interface EdgeInk {
  readonly supports: string;
  readonly opposes: string;
  readonly unknown: string;
  /** For two merged graphs: exclusive edges. */
  readonly only: { readonly a: string; readonly b: string };
}

export function edgeInk(theme: Theme): EdgeInk {
  const [supports, opposes, a, b] = CATEGORIES[theme];
  return {
    supports: supports!,
    opposes: opposes!,
    unknown: theme === 'dark' ? '#8d919b' : '#75777f',
    only: { a: a!, b: b! },
  };
}

const WIDEST = 6;
const NARROWEST = 0.6;
/** Quantised widths, so that edges that look alike batch. */
const STEPS = 24;
export const DOTTED = [1.5, 2.5];
export const DASHED = [5, 4];
export const SIDE_DASHES: Readonly<Record<Side, readonly number[]>> = { shared: [], a: [9, 4], b: DOTTED };
/** Larger pictures thin out weak edges. */
const CROWD = 300;

/** One object per look. `drawn`: number of edges in the picture. */
export function strokes(theme: Theme, most: number, drawn: number): (edge: DrawnEdge) => Stroke {
  const ink = edgeInk(theme);
  const made = new Map<string, Stroke>();
  const isCrowd = drawn > CROWD;
  const faint = isCrowd ? Math.max(0.015, 0.4 * (CROWD / drawn) ** 0.7) : 0.55;
  return (edge) => {
    const size = edge.score === null ? 0 : Math.sqrt(Math.abs(edge.score) / most);
    const step = Math.ceil(Math.min(1, size) * STEPS) / STEPS;
    const look = `${step}|${Math.sign(edge.score ?? 0)}|${edge.measured}|${edge.score === null}|${edge.uncertain}|${edge.cut}|${edge.side}`;
    const known = made.get(look);
    if (known) return known;
    const opacity = Math.min(0.9, faint + (0.9 - faint) * step ** (isCrowd ? 1.6 : 0.8));
    const stroke: Stroke = {
      colour: colourOf(edge, ink),
      opacity: opacity * (edge.uncertain ? 0.35 : 1) * (edge.cut ? 0.5 : 1),
      width: Math.max(edge.score === null ? 1 : NARROWEST, step * WIDEST),
      dash: dashOf(edge),
    };
    made.set(look, stroke);
    return stroke;
  };
}

function colourOf({ score, cut, side }: DrawnEdge, { supports, opposes, unknown, only }: EdgeInk): string {
  if (score === null || cut) return unknown;
  if (side === 'a' || side === 'b') return only[side];
  return score < 0 ? opposes : supports;
}

function dashOf({ score, cut, measured, side }: DrawnEdge): readonly number[] {
  if (side !== null) return SIDE_DASHES[side];
  return score === null || cut ? DASHED : measured ? [] : DOTTED;
}

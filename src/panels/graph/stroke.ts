/** How an edge looks: colour is the sign, width the square root of the size; dotted is an estimate, dashed unknown. */
import { CATEGORIES, type Theme } from '../../ui/colour';
import type { Stroke } from '../../ui/graph/paint';
import type { DrawnEdge } from './picture';

export interface EdgeInk {
  readonly supports: string;
  readonly opposes: string;
  readonly unknown: string;
}

export function edgeInk(theme: Theme): EdgeInk {
  const [supports, opposes] = CATEGORIES[theme];
  return { supports: supports!, opposes: opposes!, unknown: theme === 'dark' ? '#8d919b' : '#75777f' };
}

const WIDEST = 6;
const NARROWEST = 0.6;
/** Widths come in so many steps, so that edges which look alike can be painted together. */
const STEPS = 24;
export const DOTTED = [1.5, 2.5];
export const DASHED = [5, 4];
/** A picture of more edges than this thins out its weak ones. */
const CROWD = 300;

/** The same object for edges that look alike. `drawn`: how many edges there are in the picture. */
export function strokes(theme: Theme, most: number, drawn: number): (edge: DrawnEdge) => Stroke {
  const ink = edgeInk(theme);
  const made = new Map<string, Stroke>();
  const isCrowd = drawn > CROWD;
  const faint = isCrowd ? Math.max(0.015, 0.4 * (CROWD / drawn) ** 0.7) : 0.55;
  return (edge) => {
    const size = edge.score === null ? 0 : Math.sqrt(Math.abs(edge.score) / most);
    const step = Math.ceil(Math.min(1, size) * STEPS) / STEPS;
    const look = `${step}|${Math.sign(edge.score ?? 0)}|${edge.measured}|${edge.score === null}|${edge.uncertain}|${edge.cut}`;
    const known = made.get(look);
    if (known) return known;
    const opacity = Math.min(0.9, faint + (0.9 - faint) * step ** (isCrowd ? 1.6 : 0.8));
    const stroke: Stroke = {
      colour: edge.score === null || edge.cut ? ink.unknown : edge.score < 0 ? ink.opposes : ink.supports,
      opacity: opacity * (edge.uncertain ? 0.35 : 1) * (edge.cut ? 0.5 : 1),
      width: Math.max(edge.score === null ? 1 : NARROWEST, step * WIDEST),
      dash: edge.score === null || edge.cut ? DASHED : edge.measured ? [] : DOTTED,
    };
    made.set(look, stroke);
    return stroke;
  };
}

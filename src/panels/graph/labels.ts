/** The strongest edges' scores beside them, where there is room. */
import { pointOn } from '../../ui/graph/curves';
import { type Box, textWidth } from '../../view/marks/scene';
import type { Picture } from './picture';
import { signedPercent } from './words';

export interface EdgeLabel {
  readonly edge: number;
  /** Its middle. */
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

const MOST_LABELS = 10;
/** Places along an edge, the best first. */
const ALONG = [0.5, 0.38, 0.62, 0.26, 0.74];
const HEIGHT = 14;

export function edgeLabels({ edges, nodes, curves, sides }: Picture): EdgeLabel[] {
  // Two graphs at once have two scores.
  if (sides) return [];
  const strongest = [...edges.keys()]
    .filter((e) => edges[e]!.score !== null && !edges[e]!.cut)
    .sort((a, b) => Math.abs(edges[b]!.score!) - Math.abs(edges[a]!.score!))
    .slice(0, MOST_LABELS);
  const taken: Box[] = nodes.map(({ place: { x, y, w, h } }) => ({
    x: x - w,
    y: y - h,
    width: 2 * w,
    height: 2 * h,
  }));
  return strongest.flatMap((edge) => {
    const text = signedPercent(edges[edge]!.score!);
    const width = textWidth(text);
    for (const t of ALONG) {
      const { x, y } = pointOn(curves, edge, t);
      const box = { x: x - width / 2, y: y - HEIGHT / 2, width, height: HEIGHT };
      if (taken.some((other) => overlap(box, other))) continue;
      taken.push(box);
      return [{ edge, x, y, text }];
    }
    return [];
  });
}

const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

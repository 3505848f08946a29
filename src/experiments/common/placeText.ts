/** The place of a cell in words. */
import type { Figure } from '../../results/document';

/** 'layer 2, head 1' */
export function placeText({ axes }: Pick<Figure, 'axes'>, cell: number): string {
  let rest = cell;
  const parts: string[] = [];
  for (const axis of [...axes].reverse()) {
    const n = axis.labels.length;
    parts.unshift(`${axis.name} ${axis.labels[rest % n]}`);
    rest = Math.floor(rest / n);
  }
  return parts.join(', ');
}

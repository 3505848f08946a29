/** What a changed state can reach in a figure of states. */
import type { Reach } from '../../view/marks/reach';
import type { FigureSelection, FigureView } from './select';

/** In the order in which a block computes them. */
const PARTS = ['attention', 'mlp', 'stream'] as const;

export type FigurePart = (typeof PARTS)[number];

/** The kind of state in a figure of layers and positions. */
export const partOf = (figure: string): FigurePart =>
  figure.startsWith('mlp') ? 'mlp' : figure.startsWith('attn') ? 'attention' : 'stream';

/** How states of the model depend on one another. */
export interface Flow {
  /** A position sees only those before it. */
  readonly isCausal: boolean;
  /** The MLP of a block does not read its attention. */
  readonly isParallel: boolean;
}

/**
 * Cells that a state changed at the selection reaches: later layers, at the same and later
 * positions; in its own layer, what comes after it at its own position. Null: the figure tells
 * neither layers from one another nor positions.
 */
export function reachOf(view: FigureView, selection: FigureSelection, flow: Flow): Reach | null {
  const { across, down, facets } = view;
  if (!down || facets.length > 1) return null;
  const axes = [down, across];
  const [row, column] = axes.map(({ name, labels }) => labels.indexOf(selection.place[name] ?? ''));
  const layers = axes.findIndex(({ name }) => name === 'layer');
  const positions = axes.findIndex(({ name }) => name === 'position');
  if (layers < 0 || positions < 0 || row! < 0 || column! < 0) return null;
  const begins = [row!, column!].map((at, axis) => (axis === layers ? at + 1 : flow.isCausal ? at : 0));
  const [from, own] = [partOf(selection.figure), partOf(view.figure.name)];
  const after = PARTS.indexOf(own) - PARTS.indexOf(from);
  const isReached = after === 0 || (after > 0 && !(flow.isParallel && own === 'mlp'));
  const [rows, columns] = axes.map(({ labels, groups = [] }) => labels.length - groups.length);
  const hidden = view.fold?.isOpen === false ? view.fold.count : 0;
  return {
    rows: [Math.max(0, begins[0]! - hidden), rows! - hidden],
    columns: [begins[1]!, columns!],
    own: isReached && row! >= hidden ? { row: row! - hidden, column: column! } : null,
  };
}

/** A place in prompt and model, highlighted in all panels, and its selection in figures. */
import type { ResultDocument } from '../results/document';
import { tokenLabels } from '../results/tokens';
import type { FigureSelection } from './figure/select';

export interface Selection {
  /** Token position. */
  readonly row: number;
  /** Block; -1 is the embedding. */
  readonly layer: number;
  /** What a head of the block looks at from there. */
  readonly look?: { readonly head: number; readonly source: number };
}

export function namedPlace(document: ResultDocument, { row, layer, look }: Selection): FigureSelection {
  const labels = tokenLabels(document).map(({ label }) => label);
  const [position, source] = [labels[row]!, look && labels[look.source]!];
  const looks = look && { head: `${look.head}`, destination: position, source: source! };
  return { figure: '', place: { position, layer: `${layer}`, ...looks } };
}

/** Null if the selection has no place in prompt or model. */
export function placeOf(document: ResultDocument, selection: FigureSelection | null): Selection | null {
  const { position, layer, head, source } = selection?.place ?? {};
  if (position === undefined || layer === undefined) return null;
  const labels = tokenLabels(document).map(({ label }) => label);
  const [row, key] = [labels.indexOf(position), source === undefined ? -1 : labels.indexOf(source)];
  const look = key < 0 || head === undefined ? {} : { look: { head: Number(head), source: key } };
  return row < 0 ? null : { row, layer: Number(layer), ...look };
}

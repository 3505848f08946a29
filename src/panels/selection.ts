/** A place in prompt and model, highlighted in all panels, and its selection in figures. */
import type { ResultDocument } from '../results/document';
import { tokenLabels } from '../results/tokens';
import type { FigureSelection } from './figure/select';

export interface Selection {
  /** Token position. */
  readonly row: number;
  /** Block; -1 is the embedding. */
  readonly layer: number;
}

export const namedPlace = (document: ResultDocument, { row, layer }: Selection): FigureSelection => ({
  figure: '',
  place: { position: tokenLabels(document)[row]!.label, layer: `${layer}` },
});

/** Null if the selection has no place in prompt or model. */
export function placeOf(document: ResultDocument, selection: FigureSelection | null): Selection | null {
  const { position, layer } = selection?.place ?? {};
  if (position === undefined || layer === undefined) return null;
  const row = tokenLabels(document).findIndex(({ label }) => label === position);
  return row < 0 ? null : { row, layer: Number(layer) };
}

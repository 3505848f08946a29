/** A place of the prompt and the model, lit in every panel; a selection names it as figures do. */
import type { ResultDocument } from '../results/document';
import { tokenLabels } from '../results/tokens';
import type { FigureSelection } from './figure/select';

export interface Selection {
  /** Token position. */
  readonly row: number;
  /** Block. -1 is the embedding, before block 0. */
  readonly layer: number;
}

export const namedPlace = (document: ResultDocument, { row, layer }: Selection): FigureSelection => ({
  figure: '',
  place: { position: tokenLabels(document)[row]!.label, layer: `${layer}` },
});

/** Null if the selection does not say where in prompt and model it is. */
export function placeOf(document: ResultDocument, selection: FigureSelection | null): Selection | null {
  const { position, layer } = selection?.place ?? {};
  const row = tokenLabels(document).findIndex(({ label }) => label === position);
  return row < 0 || layer === undefined ? null : { row, layer: Number(layer) };
}

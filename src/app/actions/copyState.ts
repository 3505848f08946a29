/** Puts the state of one place into another, by the bar's buttons or by dragging a cell. */
import type { ModelSpec } from '../../model/spec';
import type { FigureSelection } from '../../panels/figure/select';
import type { ResultDocument } from '../../results/document';
import { sameJson } from '../../share/sameJson';
import { copyOf, whyNoCopy, whyNoState } from '../copiedState';
import { placeOfCell } from '../editPlaces';
import { FIRST_PLACE, type Place } from '../edits';
import type { Loci } from '../loci';
import { currentFinding } from '../stores/session';
import { addEdit } from './edits';

export const copyState = (loci: Loci, copied: Place): void => loci.edits.setState({ copied });

/** A state that cannot go there leaves a note. */
export async function putState(loci: Loci, from: Place, to: Place): Promise<void> {
  const { spec } = loci.status.getState().model!;
  const note = whyNoCopy(spec, from, to);
  if (note !== null) loci.edits.setState({ note });
  else await addEdit(loci, copyOf(spec, from, to));
}

export interface Dropped {
  readonly from: Place;
  readonly to: Place | null;
  /** Why it cannot be dropped there; null if it can. */
  readonly why: string | null;
}

/** A dragged cell over another cell, or over none. */
export function droppedOn(
  document: ResultDocument,
  model: ModelSpec,
  cells: { readonly from: FigureSelection; readonly to: FigureSelection | null },
): Dropped | null {
  const [begin, end] = [cells.from, cells.to].map((cell) => placeOfCell(document, cell));
  if (!begin) return null;
  const from = { ...FIRST_PLACE, ...begin };
  const to = end && cells.to !== null && !sameJson(cells.from, cells.to) ? { ...FIRST_PLACE, ...end } : null;
  return { from, to, why: to ? whyNoCopy(model, from, to) : whyNoState(model, from) };
}

export async function dropState(
  loci: Loci,
  cells: { readonly from: FigureSelection; readonly to: FigureSelection },
): Promise<void> {
  const finding = currentFinding(loci.session.getState());
  const { model } = loci.status.getState();
  if (!finding || !model) return;
  const dropped = droppedOn(finding.document, model.spec, cells);
  if (dropped?.to) await putState(loci, dropped.from, dropped.to);
}

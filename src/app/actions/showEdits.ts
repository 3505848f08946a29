/** Shows a link's edits; the panel then asks the model. */
import type { Edits } from '../edits';
import type { Loci } from '../loci';
import { currentFinding } from '../stores/session';
import { readingsKey } from './readings';

export function showEdits(loci: Loci, edits: Edits): void {
  const document = currentFinding(loci.session.getState())?.document;
  const about = document ? readingsKey(document) : null;
  loci.edits.setState({ ...edits, about, answer: null, error: null, note: null });
}

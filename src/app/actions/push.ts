/** Pushes a state along a direction: towards a token, or along a vector from a file. */
import type { InterventionSpec } from '../../experiments/intervention/spec';
import { promptOf } from '../../results/asked';
import { pushOf, stateLength, vectorSource } from '../direction';
import { type EditRow, editedQuestion, type Place, siteOf } from '../edits';
import { quoted } from '../../util/parse';
import { messageOf } from '../latest';
import type { Loci } from '../loci';
import { currentFinding } from '../stores/session';
import { addEdit } from './edits';

/** Tokens as typed ('' away from: nothing), or numbers. */
export type Direction =
  | { readonly towards: string; readonly away: string }
  | { readonly values: readonly number[] };

/** A direction that cannot be used leaves a note. */
export async function pushAlong(loci: Loci, place: Place, direction: Direction): Promise<void> {
  try {
    const source = await sourceOf(loci, place, direction);
    await addEdit(loci, pushOf(loci.status.getState().model!.spec, place, source));
  } catch (error) {
    loci.edits.setState({ note: messageOf(error) });
  }
}

async function sourceOf(
  loci: Loci,
  place: Place,
  direction: Direction,
): Promise<NonNullable<EditRow['source']>> {
  const { spec } = loci.status.getState().model!;
  const { document } = currentFinding(loci.session.getState())!;
  const site = siteOf(spec, place)!;
  const captured = await loci.engine.capture({ tokens: promptOf(document).tokens, sites: [site] });
  const length = stateLength(captured[site]!.data, spec.dModel, place.position);
  if ('values' in direction) return vectorSource(direction.values, spec.dModel, length);
  const { towards, away } = direction;
  if (towards.trim() === away.trim())
    throw new Error(
      `direction: both tokens are the same, got ${quoted(towards.trim())}, expected two. Choose another.`,
    );
  // Words become tokens as in any question.
  const typed = { kind: 'unembedding', towards, ...(away !== '' && { away }), length };
  const question = editedQuestion(document, { changes: [], twin: null });
  const edits = [{ site, op: 'add', source: typed }];
  const resolved = (await loci.engine.resolve({ ...question, edits })) as Pick<InterventionSpec, 'edits'>;
  return resolved.edits[0]!.source!;
}

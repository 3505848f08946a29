/** Locations of tensors: those of this sweep, and those kept by earlier sweeps. */
import type { Member } from '../plan/sweep';
import type { Place } from './rows';

/** A site's tensor: row r begins at element r*stride + col. */
export interface Slot {
  readonly tensor: string;
  readonly stride: number;
  readonly col: number;
  readonly width: number;
}

export const wholeSlot = (tensor: string, width: number): Slot => ({ tensor, stride: width, col: 0, width });

/** Location of a kept tensor, and a member's rows in it at a position; null if not kept. */
export interface Kept {
  readonly key: string;
  readonly slot: Slot;
  /** Tensors of one sweep with equal names here hold the same rows. */
  readonly rows: string;
  readonly at: (member: Member, position: number) => Place | null;
}

/**
 * Rows of `from`, kept earlier, that the samples of `reader` read at a position: sample by sample,
 * or for all of them the one sequence of a run without samples.
 */
export function placeFor(kept: Kept, from: Member, reader: Member, position: number): Place {
  const place = kept.at(from, position);
  if (!place)
    throw new Error(`internal: ${kept.key} of run '${from.run.id}' at position ${position} was not kept.`);
  if (from.run.samples === null) return { first: place.first, step: 0 };
  return { first: place.first + (reader.begin - from.begin) * place.step, step: place.step };
}

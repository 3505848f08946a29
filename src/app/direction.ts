/** A push along a direction: x + a · L · d / |d|, where L is the state's own length. */
import { lengthOf, scaledTo } from '../experiments/common/directions';
import { findSite, hasSite, headAxisOf, rowLayout } from '../model/sites';
import type { ModelSpec } from '../model/spec';
import { type Change, changeOf, type EditRow, type Place, siteOf } from './edits';

/** Half of the state's length: enough to be seen, not enough to drown what is there. */
const BEGUN = 0.5;

/** Why nothing can be pushed there, in one sentence; null if it can. */
export function whyNoPush(model: ModelSpec, place: Place): string | null {
  const site = siteOf(model, place);
  if (site === null || !hasSite(model, site)) return 'Choose a layer, attention, an MLP or a token to push.';
  const at = findSite(model, site);
  if (headAxisOf(at) !== null || rowLayout(model, at, 1).perHead !== model.dModel)
    return `A direction has ${model.dModel} numbers: choose a layer, attention, an MLP or a token.`;
  return null;
}

type Source = NonNullable<EditRow['source']>;

export function pushOf(model: ModelSpec, place: Place, source: Source): Extract<Change, { edit: unknown }> {
  const { edit } = changeOf(model, place, 'zero') as Extract<Change, { edit: unknown }>;
  return { edit: { ...edit, op: 'add', alpha: BEGUN, source } };
}

/** Digits of a vector in an edit: a link holds them all. */
const DIGITS = 4;

/** A vector from a file, as long as the state. Throws one sentence. */
export function vectorSource(values: readonly number[], D: number, length: number): Source {
  if (values.length !== D)
    throw new Error(`direction: has the wrong size, got ${values.length} numbers, expected ${D}.`);
  if (values.every((value) => value === 0))
    throw new Error('direction: has no length, got zeros only, expected another number in it.');
  return { kind: 'vector', values: scaledTo(values, length).map((x) => Number(x.toPrecision(DIGITS))) };
}

/** Length of the state at a position, else the median over positions [T, D]. */
export function stateLength(data: Float32Array, D: number, position: number | null): number {
  const lengths = Array.from({ length: data.length / D }, (_, row) =>
    lengthOf(data.subarray(row * D, (row + 1) * D)),
  );
  const length = position === null ? lengths.sort((a, b) => a - b)[lengths.length >> 1] : lengths[position];
  // A state of zeros has no length of its own.
  return Number((length || 1).toPrecision(DIGITS));
}

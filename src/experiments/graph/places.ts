/** Where edges lie if positions are separate: single tokens, or roles over several prompts. */
import { type Edge, edgeName } from '../../model/edges';
import { placedName } from '../../results/graph';
import { range } from '../../util/range';
import { answeringRows, positionRows } from '../common/positions';
import type { StudySpec } from '../common/spec';

export interface PlacedEdge extends Edge {
  /** Row of `positions`; absent: all positions. */
  readonly at?: number;
  /** 'a0.h1->m1', with positions 'a0.h1->m1@2'. */
  readonly name: string;
}

export function placed({ from, to }: Edge, at?: number): PlacedEdge {
  const name = placedName(edgeName({ from, to }), at);
  return at === undefined ? { from, to, name } : { from, to, at, name };
}

export interface Places {
  /** Number of places, in text order. */
  readonly n: number;
  /** Positions of case i at each place; empty if the prompt lacks the role. */
  positions(i: number): readonly (readonly number[])[];
  /** Places where a receiver reads: the logits at the answer, all others everywhere. */
  ofReceiver(to: string): readonly number[];
}

/** Null if nodes span all positions. */
export function placesOf(spec: StudySpec & { readonly positions: 'collapsed' | 'tokens' }): Places | null {
  if (spec.positions !== 'tokens') return null;
  // Only places matter here, not labels.
  const rows = positionRows(spec, (id) => `${id}`);
  const all = range(0, rows.axis.labels.length);
  const answering = answeringRows(spec, rows, spec.cases.keys());
  const answers = all.filter((at) => answering.has(at));
  return { n: all.length, positions: rows.positions, ofReceiver: (to) => (to === 'logits' ? answers : all) };
}

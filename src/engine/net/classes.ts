/** The classes of a net's answer, with probabilities. */
import type { NetSpec } from '../../model/net';
import { elements } from '../../util/elements';
import { softmax } from '../../util/distribution';
import { largestIds } from '../../util/largest';

export interface ClassRow {
  readonly id: number;
  readonly p: number;
  /** The answer's own number: a logit, or the probability again if the net ends in a softmax. */
  readonly score: number;
}

/** Number of classes; null if the answer is no list of them, but a picture or the like. */
export function classCount({ sites }: NetSpec): number | null {
  const { lead, shape } = sites.at(-1)!;
  const count = elements(shape);
  return lead === 1 && shape.includes(count) && count > 1 ? count : null;
}

/** The `k` likeliest classes of one row of the answer, likeliest first. */
export function likeliest({ isSoftmax }: NetSpec, scores: Float32Array, k: number): ClassRow[] {
  const p = isSoftmax ? scores : softmax(scores);
  return largestIds(p, k).map((id) => ({ id, p: p[id]!, score: scores[id]! }));
}

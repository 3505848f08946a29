/** Measures outcomes of pictures under sets of edits, as many pictures at once as memory leaves room for. */
import { netSite } from '../../model/net';
import type { NetEdit, NetRun } from '../../model/netRun';
import { elements } from '../../util/elements';
import { range } from '../../util/range';
import type { NetLab } from '../net/experiment';
import { type Outcome, outcomeOf, readsOf, rowsAt } from './outcome';

/** Numbers read in one request. */
const MOST_NUMBERS = 2 ** 24;

export interface OutcomesAsked {
  readonly inputs: readonly Float32Array[];
  /** Indices of the inputs that are measured. */
  readonly chosen: readonly number[];
  readonly sets: readonly (readonly NetEdit[])[];
  /** Of input i; all read the same sites. */
  outcomes(i: number): readonly Outcome[];
  readonly doing: string;
  /** Part of the whole work. */
  readonly share: readonly [number, number];
}

/** [chosen][set][outcome]; null: see `outcomeOf`. */
export async function askOutcomes(lab: NetLab, asked: OutcomesAsked): Promise<(number | null)[][][]> {
  const { inputs, chosen, sets, outcomes, doing, share } = asked;
  if (chosen.length === 0) return [];
  const { net } = lab;
  const reads = [...new Set(outcomes(chosen[0]!).flatMap((one) => readsOf(net, one)))];
  const each = sets.length * reads.reduce((sum, name) => sum + elements(netSite(net, name).shape), 0);
  const size = Math.max(1, Math.floor(MOST_NUMBERS / each));
  const at = (done: number) => share[0] + ((share[1] - share[0]) * done) / chosen.length;
  const found: (number | null)[][][] = [];
  for (const k of range(0, Math.ceil(chosen.length / size))) {
    const part = chosen.slice(k * size, (k + 1) * size);
    const done = k * size;
    const tensors = await lab.ask({
      images: part.map((i) => inputs[i]!),
      runs: part.flatMap((i, p) =>
        sets.map((edits, s): NetRun => ({ id: `picture ${i}, set ${s}`, image: p, edits })),
      ),
      reads,
      doing,
      share: [at(done), at(done + part.length)],
    });
    for (const [p, i] of part.entries())
      found.push(
        sets.map((_, s) => {
          const rows = rowsAt(tensors, p * sets.length + s);
          return outcomes(i).map((one) => outcomeOf(net, one, rows, i));
        }),
      );
  }
  return found;
}

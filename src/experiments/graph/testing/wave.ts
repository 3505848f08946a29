/** One wave of ACDC: 64 edges, each tried in its forecast graph. */
import { acdcOrder } from '../search/acdcOrder';
import { type CutSet, cutStage, runsOf } from '../cutSets';
import { type SearchSpace, searchSpaceOf } from '../searchSpace';
import type { GraphSpec } from '../spec';
import type { Stage } from '../../experiment';
import type { ModelSpec } from '../../../model/spec';

export const PLACES = { start: 0, middle: 0.5, end: 1 } as const;

const TRIALS = 64;
/** One in ten edges before the wave was kept. */
const KEPT = 10;

const row = { distractor: 0, max: 1, argmax: 0, logSumExp: 1, rank: 0 };
const baseline = { clean: { ...row, answer: 1 }, corrupted: { ...row, answer: 0 } };

interface Ordered {
  readonly space: SearchSpace;
  /** The space's edges in ACDC's order. */
  readonly order: readonly number[];
}

/** How a search begins. */
export function graphOrder(spec: GraphSpec, model: ModelSpec): Ordered {
  const space = searchSpaceOf(spec, model, [baseline]);
  return { space, order: acdcOrder(space) };
}

export function acdcWave(
  { space, order }: Ordered,
  place: keyof typeof PLACES,
): Stage<GraphSpec, unknown, null> {
  const first = Math.floor(PLACES[place] * (order.length - TRIALS));
  const cut = order.slice(0, first).filter((_, i) => i % KEPT !== 0);
  const on = sharesSets(space) && cut.length > 0 ? { on: [...cut] } : null;
  const own: number[] = on ? [] : cut;
  const sets = order.slice(first, first + TRIALS).map((e): CutSet => {
    own.push(e);
    return { cut: [...own], ...on };
  });
  return cutStage(space, sets, space.cases, 'kl');
}

/** Whether sets list common parts once; in an earlier commit each lists them. */
const sharesSets = (space: SearchSpace): boolean =>
  runsOf(space, space.cases[0]!, [{ cut: [0], on: [1] }], 0, 'kl').filter(({ cuts }) => cuts).length === 2;

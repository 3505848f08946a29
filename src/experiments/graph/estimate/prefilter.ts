/**
 * An exact search of only the edges that an estimate ranks first (after Syed et al. 2023, who prune
 * by EAP, then search by ACDC). The others are not measured: the search leaves them as they are.
 */
import { percent } from '../../../results/format';
import { mean } from '../../../statistics/stats';
import { largestIds } from '../../../util/largest';
import type { Rounds } from '../../experiment';
import type { GraphFound } from '../search/result';
import type { SearchSpace } from '../searchSpace';
import type { GraphSpec } from '../spec';
import { searchedOf } from './fields';
import { estimateStage, scoresOf } from './stage';

interface Narrowed {
  readonly space: SearchSpace;
  readonly notes: readonly string[];
}

/** The question of the estimate alone. */
export const estimatingSpec = (spec: GraphSpec): GraphSpec =>
  spec.prefilter === 'none' ? spec : { ...spec, method: spec.prefilter, measured: 0 };

export function* narrowed(space: SearchSpace): Rounds<GraphSpec, GraphFound, Narrowed> {
  const { spec, edges } = space;
  if (spec.prefilter === 'none') return { space, notes: [] };
  const { stage, perCase } = estimateStage({ ...space, spec: estimatingSpec(spec) });
  const doing = 'estimating which edges to search';
  const blocks = yield { stage, doing, share: 0, found: null };
  const logits = perCase(blocks as readonly (readonly number[])[]);
  const sizes = scoresOf(space, logits).map((own) => Math.abs(mean(own)));
  const first = largestIds(sizes, searchedOf(spec, edges.length));
  const sum = (values: readonly number[]) => values.reduce((all, one) => all + one, 0);
  const share = sum(first.map((e) => sizes[e]!)) / sum(sizes);
  return { space: { ...space, searched: new Set(first) }, notes: [noteOf(space, first.length, share)] };
}

function noteOf({ spec, edges }: SearchSpace, searched: number, share: number): string {
  const by = spec.prefilter === 'eap' ? 'EAP' : 'EAP-IG';
  const others = edges.length - searched;
  return (
    `Searched were the ${searched.toLocaleString('en-US')} of ${edges.length.toLocaleString('en-US')} edges with the largest ` +
    `estimates (${by}), which have ${percent(share)} of the sum of all sizes. ` +
    `The other ${others.toLocaleString('en-US')} were not measured: the search leaves them as they are, tests of the graph cut them.`
  );
}

/**
 * Edge attribution patching (Syed et al. 2023) and EAP-IG (Hanna et al. 2024): what cutting each
 * edge would cost, to first order, for all edges from a few passes. The strongest are then cut, to
 * compare.
 */
import { mean } from '../../../statistics/stats';
import { largestIds } from '../../../util/largest';
import type { Rounds } from '../../experiment';
import { scoreAlone } from '../cutSets';
import type { FoundEdge, GraphFound } from '../search/result';
import type { SearchSpace } from '../searchSpace';
import type { GraphSpec } from '../spec';
import { selectedEdges } from './select';
import { estimateStage, scoresOf } from './stage';

/** `share`: share of the whole search done afterwards. */
export function* findByEstimate(space: SearchSpace, share: number): Rounds<GraphSpec, GraphFound> {
  const { spec, cases } = space;
  const { stage, perCase, lengths } = estimateStage(space);
  const doing = 'estimating every edge by gradient';
  const blocks = (yield { stage, doing, share: share / 2, found: null }) as readonly (readonly number[])[];
  const logits = perCase(blocks);
  const scores = scoresOf(space, logits);
  const kept = selectedEdges(space, scores, [...cases.keys()]);
  const found: GraphFound = {
    edges: scores.map((own, e): FoundEdge => ({ scores: own, kept: kept.has(e), isEstimate: true })),
    notes: [],
  };
  const sizes = scores.map((own) => Math.abs(mean(own)));
  const strongest = largestIds(sizes, spec.measured);
  const about = { doing: 'cutting the strongest edges alone', share, found };
  const measured = yield* scoreAlone(space, strongest, about);
  const apart = { ...about, doing: `${about.doing}, on held-out prompts`, cases: space.heldOut };
  const measuredApart = yield* scoreAlone(space, strongest, apart);
  const known = lengths(blocks);
  return {
    ...{ ...found, measured, notes: [noteOf(spec)] },
    ...(space.heldOut.length > 0 ? { measuredApart } : {}),
    ...(known ? { lengths: known } : {}),
  };
}

function noteOf({ method, direction, along, passes, steps }: GraphSpec): string {
  const eap =
    direction === 'noise'
      ? "EAP, by the gradient at the prompt's run: what cutting an edge would cost"
      : "EAP, by the gradient at the twin's run: what restoring an edge would bring";
  const path =
    along === 'inputs'
      ? `${steps} runs whose embeddings lie between the twin's and the prompt's`
      : `${steps} runs for each group of parts, whose outputs lie between the twin's and the prompt's` +
        (passes === 'per-sender' ? '; each edge by the runs of its own sender' : '');
  const how = method === 'eap' ? eap : `EAP-IG, by the mean gradient of ${path}`;
  return `Scores are estimates to first order, not measured: ${how}.`;
}

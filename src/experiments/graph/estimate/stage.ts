/** The runs that estimate every edge of a prompt, and the estimates they give, in logits. */
import type { RunResult } from '../../../forward/request/contract';
import type { Capture, Run } from '../../../forward/request/types';
import { receiverSite } from '../../../model/edgeSites';
import { receiversOf } from '../../../model/edges';
import type { ModelSpec } from '../../../model/spec';
import { mean } from '../../../statistics/stats';
import { range } from '../../../util/range';
import { shareOfLoss } from '../../common/loss';
import { seedOf } from '../../common/seed';
import type { Stage } from '../../experiment';
import { replacement } from '../cutSets';
import type { EdgeLengths } from '../search/result';
import { levelsOf, type SearchSpace } from '../searchSpace';
import type { GraphSpec } from '../spec';
import { differencesOf, edgeLengths, edgeProducts, meanGradients } from './product';
import { type Point, pointsOf, sendingSites } from './points';

/** Numbers of gradients that are read back together, at most. */
const NUMBERS_AT_ONCE = 2 ** 25;

const readingSites = (model: ModelSpec): string[] => [
  ...new Set(receiversOf(model).map((to) => receiverSite(model, to))),
];

/** Some of a prompt's points, which share its clean and replacing runs. */
interface Block {
  readonly i: number;
  readonly points: readonly Point[];
}

export interface EstimateStage {
  /**
   * One number per edge and block, a block's being its points' share. Where every edge will be
   * measured, then the lengths of differences and those of gradients.
   */
  readonly stage: Stage<GraphSpec, number[], null>;
  /** Per case of the space, the estimates of each edge in logits, from all blocks' numbers. */
  perCase(blocks: readonly (readonly number[])[]): number[][];
  /** Lengths of each edge; null if they were not asked for. */
  lengths(blocks: readonly (readonly number[])[]): EdgeLengths | null;
}

export function estimateStage(space: SearchSpace, numbersAtOnce = NUMBERS_AT_ONCE): EstimateStage {
  const { spec, model } = space;
  const isJudged = spec.measured >= space.edges.length;
  const blocks = space.cases.flatMap((i) => blocksOf(space, i, numbersAtOnce));
  const stage: EstimateStage['stage'] = {
    cases: () => blocks.length,
    plan: (_spec, _model, n) => runsOf(space, blocks[n]!),
    measure: (_spec, _model, n, { runs }) => {
      const { i, points } = blocks[n]!;
      const differences = differencesOf(runs, sendingSites(model), replacement(space, i).source);
      const at = points.map((point, p) => ({ run: runs[idOf(point, p)]!, weight: point.weight }));
      const estimates = space.edges.map(() => 0);
      for (const leaves of new Set(points.map((point) => point.leaves))) {
        const own = at.filter((_, p) => points[p]!.leaves === leaves);
        const gradients = meanGradients(own, readingSites(model));
        const from = leaves === undefined ? differences : new Map([[leaves, differences.get(leaves)!]]);
        for (const [e, value] of edgeProducts(space, i, { differences: from, gradients }).entries())
          estimates[e]! += (1 - spec.beta) * value;
      }
      return isJudged ? [...estimates, ...meanLengths(space, i, differences, at)] : estimates;
    },
  };
  const E = space.edges.length;
  /** [case][edge] of one of the lists of E numbers. */
  const sumsOf = (numbers: readonly (readonly number[])[], list: number) =>
    space.cases.map((i) => {
      const own = numbers.filter((_, n) => blocks[n]!.i === i);
      return space.edges.map((_, e) => own.reduce((sum, values) => sum + values[list * E + e]!, 0));
    });
  return {
    stage,
    perCase: (numbers) => sumsOf(numbers, 0),
    lengths(numbers) {
      if (!isJudged) return null;
      const [difference, gradient] = [1, 2].map((list) => {
        const perCase = sumsOf(numbers, list);
        return space.edges.map((_, e) => mean(perCase.map((own) => own[e]!)));
      });
      return { difference: difference!, gradient: gradient! };
    },
  };
}

/** Per edge and case, the estimate as a share of what the twin loses; `logits`: from `perCase`. */
export const scoresOf = (space: SearchSpace, logits: readonly (readonly number[])[]): number[][] =>
  space.edges.map((_, e) => space.cases.map((i, c) => shareOfLoss(logits[c]![e]!, levelsOf(space, i))!));

/** Of these points' share: lengths of differences, then of gradients. */
function meanLengths(
  space: SearchSpace,
  i: number,
  differences: ReturnType<typeof differencesOf>,
  at: readonly { readonly run: RunResult; readonly weight: number }[],
): number[] {
  const perPoint = at.map(({ run, weight }) => {
    const gradients = meanGradients([{ run, weight: 1 }], readingSites(space.model));
    const { differences: d, gradients: g } = edgeLengths(space, i, { differences, gradients });
    return [...d, ...g].map((length) => weight * length);
  });
  return perPoint[0]!.map((_, e) => perPoint.reduce((sum, own) => sum + own[e]!, 0));
}

function blocksOf({ spec, model }: SearchSpace, i: number, numbersAtOnce: number): Block[] {
  const T = spec.cases[i]!.tokens.length;
  const points = pointsOf(spec, model, T);
  const { nHeads: H, nKvHeads: G, nLayers: L, dModel: D } = model;
  const size = Math.max(1, Math.floor(numbersAtOnce / (T * D * L * (H + 2 * G + 2))));
  return range(0, Math.ceil(points.length / size)).map((b) => ({
    i,
    points: points.slice(b * size, (b + 1) * size),
  }));
}

/** A point without edits is its base. */
const idOf = ({ base, edits }: Point, p: number): string => (edits.length === 0 ? base : `point.${p}`);

function runsOf(space: SearchSpace, { i, points }: Block): Run[] {
  const { spec, model } = space;
  const one = spec.cases[i]!;
  const captures: readonly Capture[] = sendingSites(model).map((site) => ({ site }));
  const seed = { mean: [seedOf('logit-diff', one)] };
  const gradients = { seed, of: readingSites(model).map((site) => ({ site })) };
  const asked = new Set(points.map(idOf));
  const plain = [{ id: 'clean', tokens: one.tokens }, ...replacement(space, i).runs].map((run) => ({
    ...run,
    captures,
    ...(asked.has(run.id) ? { gradients } : {}),
  }));
  const edited = points.flatMap((point, p): Run[] =>
    point.edits.length === 0 ? [] : [{ id: idOf(point, p), base: point.base, edits: point.edits, gradients }],
  );
  return [...plain, ...edited];
}
